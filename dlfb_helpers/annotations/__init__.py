"""What proteins do, as databases have it: the Gene Ontology and CAFA's files."""
