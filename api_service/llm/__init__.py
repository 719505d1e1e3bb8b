"""Language models, whichever the operator names, behind one port."""
