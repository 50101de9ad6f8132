"""Papers people print and sign, as PDF: A4, Chinese fonts embedded as subsets, nothing fetched, the same bytes for the same facts."""
