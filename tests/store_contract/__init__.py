"""The contract suite of the store port: `Contract` runs over any form, `Crashes` kills what publishes."""
