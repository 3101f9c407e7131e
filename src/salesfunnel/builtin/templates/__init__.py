"""The templates that ship in the box: one module a trade, one function in each."""
