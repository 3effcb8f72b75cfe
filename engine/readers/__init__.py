"""From pictures and words to vectors, scores and phrases: asked for freely, answered beside painting, never billed."""
