"""The command line: fit a law to a table, expand a network, and show the worked example."""

from symseries.cli.main import main as main
