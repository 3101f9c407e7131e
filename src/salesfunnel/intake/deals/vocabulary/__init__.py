"""Names of columns, outcomes and stages in exports, by language; CRM field names."""
