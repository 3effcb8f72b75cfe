"""Parts of the benchmark on a GPU: models of true size with random weights, who paints with them,
and what is measured."""
