"""One declaration a file. ``actions.transactions.catalogue`` reads them all."""
