"""EventLog and how columns of any kind become its arrays."""
