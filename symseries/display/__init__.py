"""How results are shown: numbers with their uncertainty, names as symbols, and one table that prints itself in every form.

Nothing here knows what a result is. A user's text is escaped on its way out: no name can change the document it stands in.
"""

from symseries.display.cells import Cell as Cell
from symseries.display.cells import Formula as Formula
from symseries.display.cells import math_cell as math_cell
from symseries.display.cells import name_cell as name_cell
from symseries.display.cells import number_cell as number_cell
from symseries.display.cells import text_cell as text_cell
from symseries.display.cells import uncertain_cell as uncertain_cell
from symseries.display.files import refuse_path as refuse_path
from symseries.display.files import write_text as write_text
from symseries.display.names import escape_html as escape_html
from symseries.display.names import escape_latex as escape_latex
from symseries.display.names import html_name as html_name
from symseries.display.names import latex_name as latex_name
from symseries.display.names import plain_name as plain_name
from symseries.display.numerals import latex_digits as latex_digits
from symseries.display.numerals import latex_number as latex_number
from symseries.display.numerals import latex_uncertain as latex_uncertain
from symseries.display.numerals import number as number
from symseries.display.numerals import uncertain as uncertain
from symseries.display.setting import formula_lines as formula_lines
from symseries.display.tables import TextTable as TextTable
