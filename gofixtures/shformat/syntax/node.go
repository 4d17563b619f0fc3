// Package syntax parses POSIX shell and bash into a tree with positions and
// prints such a tree in one canonical layout.
//
// The grammar follows POSIX.1-2017, volume 3, chapter 2 "Shell Command
// Language", and the bash reference manual (5.2) for what bash adds. The tree
// loses nothing but layout: literals keep the bytes of the source, quotes and
// escapes included, so printing them cannot change what they mean.
package syntax

import "sort"

// Pos is a byte offset in the source.
type Pos uint32

// Span is where a node begins and the offset just behind it.
type Span struct {
	From, To Pos
}

// Bounds gives the span of the node it is embedded in.
func (s Span) Bounds() Span { return s }

// File is one parsed script.
type File struct {
	Name  string `shell:"layout"`
	Lang  Lang   `shell:"layout"`
	Stmts List
	// Comments holds all comments in the order of the source; the printer
	// puts each back by its position, as go/ast does.
	Comments []Comment

	lines lineTable
	size  int
}

// Position is a line and a column, both from 1; columns count bytes.
type Position struct {
	Offset, Line, Column int
}

// Position resolves p.
func (f *File) Position(p Pos) Position { return f.lines.position(p) }

// Comment runs from its # to the end of the line, trailing blanks left out.
type Comment struct {
	Span
	Text string
	// Own tells that nothing but blanks stands before it on its line.
	Own bool `shell:"layout"`
}

// List is a sequence of statements.
type List struct {
	Stmts []*Stmt
	// Broken tells that the list is to be printed over several lines.
	Broken bool `shell:"layout"`
}

// Stmt is one command line of a list, up to its terminator.
type Stmt struct {
	Span
	Cmd        Command
	Background bool // ended by &
}

// Command is one of the command nodes of this package.
type Command interface {
	Bounds() Span
	command()
}

// Op is an operator that joins two commands or expressions.
type Op struct {
	Pos  Pos
	Text string
	// Break tells that the source had a line break at the operator.
	Break bool `shell:"layout"`
}

type (
	// AndOr is a chain of commands joined by && and ||, which have equal
	// precedence; Ops[i] stands between Cmds[i] and Cmds[i+1].
	AndOr struct {
		Span
		Cmds []Command
		Ops  []Op
	}

	// Pipeline is a chain of commands joined by | and |&, with the reserved
	// words in front of it (!, time, -p) in their order.
	Pipeline struct {
		Span
		Prefix []string
		Cmds   []Command
		Ops    []Op
	}

	// Simple is a simple command. Assignments, words and redirections keep
	// the order of the source through their positions.
	Simple struct {
		Span
		Assigns []*Assign
		Args    []*Word
		Redirs  []*Redirect
	}

	// Redirected is a compound command with redirections.
	Redirected struct {
		Span
		Cmd    Command
		Redirs []*Redirect
	}

	// Subshell is ( list ).
	Subshell struct {
		Span
		Body List
	}

	// Group is { list; }.
	Group struct {
		Span
		Body List
	}

	// If is if ...; then ...; elif ...; then ...; else ...; fi.
	If struct {
		Span
		Branches []Branch
		ElsePos  Pos
		Else     List // empty when there is none
	}

	// Loop is a while or until loop.
	Loop struct {
		Span
		Until bool
		Cond  List
		DoPos Pos
		Body  List
	}

	// For is a for or select loop over words.
	For struct {
		Span
		Select bool
		Name   *Word
		In     bool // without it the loop is over "$@"
		Words  []*Word
		DoPos  Pos
		Body   List
	}

	// ArithFor is for ((init; cond; post)) of bash.
	ArithFor struct {
		Span
		Init, Cond, Post *Arith // nil when empty
		DoPos            Pos
		Body             List
	}

	// Case is case word in ... esac.
	Case struct {
		Span
		Word   *Word
		Items  []*CaseItem
		Broken bool `shell:"layout"`
	}

	// ArithCmd is (( expression )) of bash.
	ArithCmd struct {
		Span
		X *Arith
	}

	// TestCmd is [[ expression ]] of bash.
	TestCmd struct {
		Span
		X TestExpr
	}

	// Func is a function definition: name() body, or with the function
	// keyword of bash, where the parentheses may be left out.
	Func struct {
		Span
		Keyword, Parens bool
		Name            *Word
		Body            Command
	}

	// Coproc is coproc [name] command of bash.
	Coproc struct {
		Span
		Name *Word // may be nil
		Cmd  Command
	}
)

func (*AndOr) command()      {}
func (*Pipeline) command()   {}
func (*Simple) command()     {}
func (*Redirected) command() {}
func (*Subshell) command()   {}
func (*Group) command()      {}
func (*If) command()         {}
func (*Loop) command()       {}
func (*For) command()        {}
func (*ArithFor) command()   {}
func (*Case) command()       {}
func (*ArithCmd) command()   {}
func (*TestCmd) command()    {}
func (*Func) command()       {}
func (*Coproc) command()     {}

// Branch is the if or one elif of an If.
type Branch struct {
	Pos     Pos
	Cond    List
	ThenPos Pos
	Then    List
}

// CaseItem is the patterns of a case with their list. Terminator is ;;, ;& or
// ;;&. The last item of the source may lack it, which means ;;, and TermPos is
// that of esac then.
type CaseItem struct {
	Span
	Patterns   []*Word
	Body       List
	TermPos    Pos
	Terminator string
}

// Assign is a variable assignment before (or instead of) a command.
type Assign struct {
	Span
	Name      string
	Index     *Word // subscript, nil without
	Append    bool  // +=
	Value     *Word // nil when empty
	LineBreak bool  `shell:"layout"`
}

// Redirect is a redirection. Target is nil only for here-documents, whose
// delimiter and body are in Here.
type Redirect struct {
	Span
	FD        string // digits, {name} of bash, or empty
	Op        string
	Target    *Word
	Here      *HereDoc
	LineBreak bool `shell:"layout"`
}

// HereDoc is a here-document.
type HereDoc struct {
	Span          // of the body
	Word   string // the delimiter as in the source
	Delim  string // the delimiter with its quotes removed
	Quoted bool   // whether the body is literal
	Strip  bool   // <<-: leading tabs of each line are removed
	Body   []Part
	Indent string `shell:"layout"` // tabs before the closing delimiter
	EndPos Pos    // end of the closing delimiter
	src    string // the body as in the source
}

// lineTable holds the offset of the first byte of each line.
type lineTable []Pos

// line gives the index, from 0, of the line that p is on.
func (t lineTable) line(p Pos) int {
	return sort.Search(len(t), func(i int) bool { return t[i] > p }) - 1
}

func (t lineTable) position(p Pos) Position {
	i := t.line(p)
	return Position{Offset: int(p), Line: i + 1, Column: int(p-t[i]) + 1}
}
