"""The commands of LaTeX that the reader knows, and what each is."""

from __future__ import annotations

_LOWER = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi pi rho sigma tau upsilon phi chi psi omega "
    "varepsilon vartheta varpi varrho varsigma varphi"
)
_UPPER = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"

# A Greek letter becomes the name that Python spells it with.
GREEK: dict[str, str] = {
    **{word: word for word in f"{_LOWER} {_UPPER}".split()},
    "lambda": "lambda_",
    "omicron": "omicron",
    "ell": "ell",
    "hbar": "hbar",
}

# Functions that are commands, upright names or names of \operatorname, and what they are called in the table of functions.
FUNCTIONS: dict[str, str] = {
    word: word
    for word in (
        "sin cos tan cot sec csc sinh cosh tanh coth sech csch asin acos atan acot asinh acosh atanh acoth exp erf erfc erfi "
        "log ln lg log10 sinc abs sigmoid softplus sign max min gcd harmonic Ei Li sgn arsinh arcosh artanh arcoth "
        "LambertW"
    ).split()
} | {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arccot": "acot",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "arccoth": "acoth",
    "arsinh": "asinh",
    "arcosh": "acosh",
    "artanh": "atanh",
    "arcoth": "acoth",
    "ln": "log",
    "lg": "log10",
    "sgn": "sign",
}

# Letters that are functions where a bracket follows, unless they also stand alone in the same text.
GREEK_FUNCTIONS = frozenset("sigma phi varphi psi Phi Psi".split())
LATIN_FUNCTIONS = frozenset("f g h F G H".split())
FUNCTION_LETTERS = GREEK_FUNCTIONS | LATIN_FUNCTIONS

# Functions that are known by a name which the reader does not give them: an arbitrary function of that name would be wrong.
OTHERS = frozenset(
    "Re Im re im arg Arg conj tr Tr det rank diag dim Var Cov Corr E Pr P atan2 argmax argmin erfinv Si Ci Shi Chi si ci li "
    "Ai Bi sn cn dn am Res lcm sup inf esssup ber bei He Beta B".split()
)

# Commands that are another way to write a sign.
SIGNS: dict[str, str] = {
    "cdot": "*",
    "times": "*",
    "ast": "*",
    "colon": ":",
    "coloneqq": ":=",
    "lbrace": r"\{",
    "rbrace": r"\}",
    "lvert": "left|",
    "rvert": "right|",
    "vert": "|",
    "lbrack": "[",
    "rbrack": "]",
    "lt": "<",
    "gt": ">",
    "prime": "'",
    "lVert": r"left\|",
    "rVert": r"right\|",
    "Vert": r"\|",
}

BARS: dict[str, dict[str, str]] = {bar: {side: side + bar for side in ("left", "right")} for bar in ("|", r"\|")}
BRACKETS = frozenset({"(", ")", "[", "]", r"\{", r"\}", r"\lfloor", r"\rfloor", r"\lceil", r"\rceil", *BARS})
RELATIONS: dict[str, str] = {
    **{sign: sign for sign in "= < > :=".split()},
    **dict.fromkeys((r"\leq", r"\le", r"\leqslant"), "≤"),
    **dict.fromkeys((r"\geq", r"\ge", r"\geqslant"), "≥"),
    **dict.fromkeys((r"\neq", r"\ne"), "≠"),
    **dict.fromkeys((r"\approx", r"\simeq"), "≈"),
    **dict.fromkeys((r"\Rightarrow", r"\Longrightarrow", r"\implies"), "⇒"),
    **dict.fromkeys((r"\iff", r"\Leftrightarrow"), "⇔"),
    **dict.fromkeys((r"\equiv", r"\triangleq", r"\leftarrow", r"\gets"), ":="),
    r"\propto": "∝",
}

# Commands with an argument that is kept as text: the kind of the token.
RAW: dict[str, str] = {
    **dict.fromkeys(
        "mathrm text textrm textnormal mathit textit mathsf mathtt operatorname mbox hbox textbf".split(), "upright"
    ),
    **dict.fromkeys("mathbf boldsymbol bm vec".split(), "bold"),
    **dict.fromkeys("bar hat tilde overline widehat widetilde".split(), "accent"),
    **dict.fromkeys("mathcal mathscr".split(), "script"),
    **dict.fromkeys("begin end".split(), "environment"),
    **dict.fromkeys("label tag".split(), "label"),
    **dict.fromkeys("si SI qty unit".split(), "unit"),
}

COMMANDS: dict[str, str] = dict.fromkeys(
    "frac dfrac tfrac cfrac genfrac binom dbinom tbinom sum prod int iint iiint lim dots ldots cdots dotsc dotsb dotsm vdots "
    "partial infty sqrt approx simeq Rightarrow implies Longrightarrow iff Leftrightarrow equiv leq le leqslant geq ge "
    "geqslant neq ne propto to rightarrow in forall substack underbrace overbrace stackrel overset triangleq wedge land vee "
    "lor bmod lfloor rfloor lceil rceil circ bullet div pm mp therefore because mid displaylimits top dagger colon "
    "leftarrow gets".split(),
    "command",
) | {"quad": "space", "qquad": "space", "{": "mark", "}": "mark", "|": "mark"}

# Commands that only move or size what they stand before.
IGNORED_WITH_ARGUMENT = frozenset("hspace vspace phantom hphantom vphantom intertext shortintertext ref eqref cite".split())
IGNORED = (
    frozenset(
        ", ; : ! > displaystyle textstyle scriptstyle limits nolimits nonumber notag thinspace medspace thickspace "
        "big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm allowbreak noindent centering hfill "
        "strut smash par newline".split()
    )
    | {" ", "\n"}
    | IGNORED_WITH_ARGUMENT
)

REFUSED: dict[str, str] = {
    **dict.fromkeys("num SIrange qtyrange ang".split(), "holds numbers in another grammar; write the number as it is"),
    **dict.fromkeys(
        "def newcommand renewcommand let input include write csname catcode".split(), "defines or loads other text"
    ),
    "choose": r"divides an unmarked part of the text; write \binom{n}{k}",
    **dict.fromkeys("rm bf it sf tt cal".split(), r"changes all letters behind it; write \mathrm{...} about the letters"),
    "mod": r"may be a remainder or a congruence; write \bmod",
    "mathbb": "names a set of numbers, which the reader does not know; say it in words",
    "over": r"divides an unmarked part of the text; write \frac{...}{...}",
    "dot": r"is a derivative in an unnamed variable; write \frac{d}{dt} x(t)",
    "ddot": r"is a derivative in an unnamed variable; write \frac{d^2}{dt^2} x(t)",
    "nabla": "needs coordinates that the text does not name; write partial derivatives",
    "pm": "has two meanings at once; write both equations",
    "mp": "has two meanings at once; write both equations",
    "oint": "needs a path that the text does not name; write a definite integral",
    "sim": r"has many meanings; write \approx or \propto",
    "not": r"strikes through what follows; write \neq",
}

# Words in the text that say how two statements belong together, and what a statement after them is.
WHERE = frozenset("where with let put set define".split())
BETWEEN = frozenset("and so that thus hence then therefore or such since because as for all we have which gives".split())
OTHERWISE = frozenset("otherwise else elsewhere otherwise. otherwise,".split())
CONDITION = frozenset("if for when where".split())

UNITS = frozenset(
    "m cm mm km nm um s ms ns h kg g mg K mol J kJ MJ eV keV MeV GeV N kN Pa kPa MPa GPa V mV A mA W kW MW Hz kHz MHz GHz C F "
    "bar atm L l min kJ/mol J/mol J/(mol K) J/mol/K m/s kg/m^3 W/m cal kcal T rad deg".split()
)

# Words that read as products of letters if their backslash is forgotten; longer runs of letters are words as well.
TYPED_WORDS = frozenset("the and for are not all eff max min let one two sum tot ref inf sup lim".split()) | {
    word for word in (*GREEK, *FUNCTIONS, "frac", "sqrt", "sum", "prod", "int", "binom") if len(word) > 1
}


def known() -> list[str]:
    """Return all commands that the reader knows, for a suggestion.

    >>> "frac" in known()
    True
    """
    return sorted({*GREEK, *FUNCTIONS, *SIGNS, *RAW, *COMMANDS})
