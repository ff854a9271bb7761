"""How Seqport is packaged, deployed, and run on a laptop. Nothing here is deployed itself."""
