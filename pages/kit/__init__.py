"""What the pages share to draw with: filters, charts, tables, formats. Not the domain."""
