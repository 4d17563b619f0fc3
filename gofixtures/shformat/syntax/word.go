package syntax

// Word is a shell word. Consecutive parts belong together without blanks.
type Word struct {
	Span
	Parts []Part
	// LineBreak tells that the source had a line break before the word.
	LineBreak bool `shell:"layout"`
}

// Lit gives the text of a word that is one unquoted literal, else "".
func (w *Word) Lit() string {
	if len(w.Parts) == 1 {
		if l, ok := w.Parts[0].(*Lit); ok {
			return l.Value
		}
	}
	return ""
}

// Part is a part of a word.
type Part interface {
	Bounds() Span
	part()
}

type (
	// Lit is literal text as in the source, backslashes included.
	Lit struct {
		Span
		Value string
	}

	// Single is '...', or $'...' of bash; Value is what is between the
	// quotes, as in the source.
	Single struct {
		Span
		Dollar bool
		Value  string
	}

	// Double is "...", or $"..." of bash.
	Double struct {
		Span
		Dollar bool
		Parts  []Part
	}

	// Param is a parameter expansion. Op and what follows it are:
	// the POSIX operators and those of bash with one argument (:- # %% ^^ @
	// ...) with Arg; "/", "//", "/#", "/%" with Arg the pattern and, after a
	// slash, Arg2; ":" with Arg the offset and, after a colon, Arg2 the length.
	Param struct {
		Span
		Short    bool // $name
		Length   bool // ${#name}
		Indirect bool // ${!name}
		Name     string
		Index    *Word // subscript
		Op       string
		Arg      *Word
		HasArg2  bool
		Arg2     *Word
	}

	// Subst is a command substitution. It prints as $( ), with two exceptions,
	// of which Raw is the source: a backquoted comment, which people use in
	// the middle of a line, where $( ) would need a line break; and backquotes
	// behind a literal $, as that would make $$ with the $ of $( ).
	Subst struct {
		Span
		Backquotes bool `shell:"layout"`
		Raw        string
		Body       List
	}

	// Process is a process substitution of bash; Op is <( or >(.
	Process struct {
		Span
		Op   string
		Body List
	}

	// ArithExp is $((...)), or the old $[...] of bash.
	ArithExp struct {
		Span
		Bracket bool
		X       *Arith
	}

	// ExtGlob is an extended pattern of bash, ?( *( +( @( or !(.
	ExtGlob struct {
		Span
		Op    string
		Parts []Part
	}

	// Array is the value of an array assignment: ( word ... ). An element may
	// begin with [subscript]=, which is then part of its first literals.
	Array struct {
		Span
		Elems      []*Word
		CloseBreak bool `shell:"layout"`
	}
)

func (*Lit) part()      {}
func (*Single) part()   {}
func (*Double) part()   {}
func (*Param) part()    {}
func (*Subst) part()    {}
func (*Process) part()  {}
func (*ArithExp) part() {}
func (*ExtGlob) part()  {}
func (*Array) part()    {}

// Arith is the inside of an arithmetic construct: an expression, or, where
// the operators come out of expansions or the text is only valid once
// expanded, the text as it stands.
type Arith struct {
	Span
	X   ArithExpr // nil when Raw is used
	Raw []Part
	src string // the text in any case
}

// ArithExpr is a node of an arithmetic expression.
type ArithExpr interface {
	arithExpr()
}

type (
	// ArithChain is operands joined by operators of one precedence level.
	ArithChain struct {
		Operands []ArithExpr
		Ops      []string
	}

	// ArithUnary is a prefix operator. Gap tells that blanks follow it that
	// must stay: "- -x" is not "--x", nor is "- $x" "-$x".
	ArithUnary struct {
		Op  string
		Gap bool
		X   ArithExpr
	}

	// ArithPostfix is x++ or x--.
	ArithPostfix struct {
		Op string
		X  ArithExpr
	}

	// ArithTernary is cond ? then : else.
	ArithTernary struct {
		Cond, Then, Else ArithExpr
	}

	// ArithParen is ( x ).
	ArithParen struct {
		X ArithExpr
	}

	// ArithWord is a number, a variable or an expansion.
	ArithWord struct {
		Span
		Parts []Part
	}
)

func (*ArithChain) arithExpr()   {}
func (*ArithUnary) arithExpr()   {}
func (*ArithPostfix) arithExpr() {}
func (*ArithTernary) arithExpr() {}
func (*ArithParen) arithExpr()   {}
func (*ArithWord) arithExpr()    {}

// TestExpr is a node of the expression of [[ ]].
type TestExpr interface {
	testExpr()
}

type (
	// TestChain is operands joined by && or by ||, of one kind.
	TestChain struct {
		Operands []TestExpr
		Ops      []Op
	}

	// TestNot is ! x.
	TestNot struct {
		X TestExpr
	}

	// TestParen is ( x ).
	TestParen struct {
		X TestExpr
	}

	// TestUnary is -f word and its like.
	TestUnary struct {
		Op string
		X  *Word
	}

	// TestBinary is word op word.
	TestBinary struct {
		X  *Word
		Op string
		Y  *Word
	}

	// TestWord is a word alone, true when not empty.
	TestWord struct {
		X *Word
	}
)

func (*TestChain) testExpr()  {}
func (*TestNot) testExpr()    {}
func (*TestParen) testExpr()  {}
func (*TestUnary) testExpr()  {}
func (*TestBinary) testExpr() {}
func (*TestWord) testExpr()   {}

// text is Lit, or a hint that there is more to the word.
func (w *Word) text() string {
	if s := w.Lit(); s != "" {
		return s
	}
	return "with quotes or expansions in its name"
}
