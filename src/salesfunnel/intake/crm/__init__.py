"""Records of CRMs, as their own Python clients return them or as CSV exports, to histories."""
