"""Words for codes and figures, in both languages."""
