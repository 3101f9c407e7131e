"""Shipped plugins, registered through entry points like those of other packages."""
