"""The models that are in memory: loads, evicts and lends them. (Being written.)"""
