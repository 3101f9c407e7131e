"""What every room uses and no noun knows: errors, checks, arrays, periods, durations."""
