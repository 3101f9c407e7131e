"""Orders of shops and marketplaces: their columns, their states, their lines."""
