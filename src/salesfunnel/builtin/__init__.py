"""What ships in the box, registered through our own entry points, as a stranger's would be."""
