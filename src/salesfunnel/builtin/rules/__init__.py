"""The four rule sets of the method: data, action, resource, customer."""
