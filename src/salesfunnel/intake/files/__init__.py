"""Files, bytes, text, records and dataframes: to tables of cells."""
