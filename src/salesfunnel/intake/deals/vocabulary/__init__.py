"""What exports call their columns, outcomes and stages, by language; CRM field names."""
