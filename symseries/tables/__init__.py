"""Tables of measurements: numbers with the column, row and file they come from.

`cells` knows what a cell says, `sources` where the columns come from, `table` what users hold, `points` the inputs alone.
"""

from symseries.tables.cells import is_quantity as is_quantity
from symseries.tables.points import input_matrix as input_matrix
from symseries.tables.table import Table as Table
from symseries.tables.table import check_magnitudes as check_magnitudes
from symseries.tables.table import column_names as column_names
from symseries.tables.table import read_table as read_table
