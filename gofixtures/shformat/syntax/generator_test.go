package syntax

import (
	"math/rand"
	"strconv"
	"strings"
)

// generator writes random scripts that are valid by construction, with blanks,
// comments, line breaks and here-documents wherever the grammar has room.
type generator struct {
	*rand.Rand
	b    strings.Builder
	here []string // bodies that come at the next line break
	n    int      // here-documents so far

	substs int // how many substitutions are open
}

func (g *generator) pick(choices ...string) string { return choices[g.Intn(len(choices))] }

func (g *generator) str(s ...string) {
	for _, s := range s {
		g.b.WriteString(s)
	}
}

func (g *generator) blank() { g.str(g.pick(" ", " ", " ", "  ", "\t", " \\\n  ")) }

// optional is a blank that may be missing.
func (g *generator) optional() { g.str(g.pick("", "", " ", "\t", "\\\n")) }

func (g *generator) lineBreak() {
	g.str(g.pick("", "", " ", " # c", " #d 'e", "\t# `f"), "\n")
	for _, body := range g.here {
		g.str(body)
	}
	g.here = nil
	for g.Intn(4) == 0 {
		g.str(g.pick("\n", "# g\n", "  # h $(i\n", "\t\n"))
	}
}

// breaks is where the grammar takes any number of line breaks.
func (g *generator) breaks() {
	if g.Intn(3) == 0 {
		g.lineBreak()
	} else {
		g.str(" ")
	}
}

func (g *generator) separator() {
	switch g.Intn(4) {
	case 0:
		g.optional()
		g.str(g.pick(";", "&"), " ")
	case 1:
		g.str(" ;")
		g.lineBreak()
	default:
		g.lineBreak()
	}
}

func (g *generator) list(depth int) {
	for {
		g.andOr(depth)
		g.separator()
		if g.Intn(3) > 0 {
			return
		}
	}
}

func (g *generator) andOr(depth int) {
	g.pipeline(depth)
	for g.Intn(4) == 0 {
		g.optional()
		g.str(g.pick("&&", "||"))
		g.breaks()
		g.pipeline(depth)
	}
}

func (g *generator) pipeline(depth int) {
	switch g.Intn(8) {
	case 0:
		g.str(g.pick("! ", "! ! "))
	case 1:
		if g.substs == 0 { // bash keeps the text of substitutions with time
			g.str(g.pick("time ", "time -p "))
		}
	}
	g.command(depth)
	for g.Intn(5) == 0 {
		g.optional()
		g.str(g.pick("|", "|", "|&"))
		g.breaks()
		g.command(depth)
	}
}

func (g *generator) command(depth int) {
	if depth <= 0 || g.Intn(3) > 0 {
		g.simple(depth)
		return
	}
	g.compound(depth - 1)
	for g.Intn(5) == 0 {
		g.blank()
		g.redirect(depth - 1)
	}
}

func (g *generator) compound(depth int) {
	switch g.Intn(14) {
	case 0:
		g.str("(")
		g.breaks()
		g.list(depth)
		g.str(")")
	case 1:
		g.str("{ ")
		g.list(depth)
		g.str("}")
	case 2, 3:
		g.str("if ")
		g.list(depth)
		g.str("then")
		g.breaks()
		g.list(depth)
		for g.Intn(3) == 0 {
			g.str("elif ")
			g.list(depth)
			g.str("then ")
			g.list(depth)
		}
		if g.Intn(2) == 0 {
			g.str("else")
			g.breaks()
			g.list(depth)
		}
		g.str("fi")
	case 4:
		g.str(g.pick("while", "until"))
		g.breaks()
		g.list(depth)
		g.doGroup(depth)
	case 5, 6:
		g.str(g.pick("for", "select"), " i")
		if g.Intn(3) > 0 {
			g.breaks()
			g.str("in")
			for g.Intn(3) > 0 {
				g.blank()
				g.word(depth)
			}
		}
		if g.Intn(2) == 0 {
			g.str("; ")
		} else {
			g.lineBreak()
		}
		g.doGroup(depth)
	case 7:
		g.str("for ((", g.arith(), "; ", g.arith(), ";", g.arith(), "))", g.pick("; ", " "))
		g.doGroup(depth)
	case 8, 9:
		g.caseCmd(depth)
	case 10:
		g.str("((", g.arith(), "))")
	case 11:
		g.str("[[ ")
		g.test(depth, 2)
		g.str(" ]]")
	case 12:
		g.str(g.pick("f()", "f ( ) ", "function f", "function f()", "function f-g"), " { ")
		g.list(depth)
		g.str("}")
	case 13:
		g.str("coproc ", g.pick("", "N "), "{ ")
		g.list(depth)
		g.str("}")
	}
}

func (g *generator) doGroup(depth int) {
	g.str("do")
	g.breaks()
	g.list(depth)
	g.str("done")
}

func (g *generator) caseCmd(depth int) {
	g.str("case ")
	g.word(depth)
	g.breaks()
	g.str("in")
	g.breaks()
	for n := g.Intn(3); n > 0; n-- {
		g.str(g.pick("", "(", "( "))
		g.word(depth)
		for g.Intn(3) == 0 {
			g.optional()
			g.str("|")
			g.optional()
			g.word(depth)
		}
		g.optional()
		g.str(")")
		g.breaks()
		if g.Intn(4) > 0 {
			g.list(depth)
		}
		if n > 1 || g.Intn(2) == 0 {
			g.str(g.pick(";;", ";;", ";&", ";;&"))
		}
		g.breaks()
	}
	g.str("esac")
}

func (g *generator) test(depth, deeper int) {
	switch n := g.Intn(8); {
	case n < 2 && deeper > 0:
		g.test(depth, deeper-1)
		g.breaks()
		g.str(g.pick("&&", "||"))
		g.breaks()
		g.test(depth, deeper-1)
	case n == 2 && deeper > 0:
		g.str("( ")
		g.test(depth, deeper-1)
		g.str(" )")
	case n == 3:
		g.str("! ")
		g.test(depth, 0)
	case n == 4:
		g.str(g.pick("-f", "-z", "-n", "-v"), " ")
		g.word(depth)
	case n == 5:
		g.str("x")
		g.word(depth)
		g.str(" =~ ", g.pick("^(a|b c)$", "[0-9]+|x", "$r", "(a(b)c)", "\\."))
	default:
		g.str("x") // lest it be an operator
		g.word(depth)
		g.str(g.pick(" = ", " == ", " != ", " < ", " > ", " -eq ", " -nt "))
		g.word(depth)
	}
}

func (g *generator) simple(depth int) {
	if g.Intn(6) == 0 {
		g.redirect(depth)
		g.blank()
	}
	assigned := false
	for g.Intn(4) == 0 {
		g.str(g.pick("x=", "y+=", "z[1]=", "z[i + 1]+=", "w[$i]="))
		if g.Intn(3) > 0 {
			g.word(depth)
		}
		g.blank()
		assigned = true
	}
	// bash keeps the text of arrays in substitutions: no comparison there.
	if assigned && g.substs == 0 && g.Intn(3) == 0 {
		g.str("a=")
		g.array(depth)
		return
	}
	g.str(g.pick("a", "b", "echo", "a.b", "[", "declare", "a\\\nb", ":", "\"q\"", "$v"))
	for g.Intn(2) == 0 {
		g.blank()
		switch g.Intn(6) {
		case 0:
			g.redirect(depth)
		default:
			g.word(depth)
		}
	}
}

func (g *generator) array(depth int) {
	// bash 5.2 forgets the delimiter of a here-document whose body begins in
	// an array.
	breaks := g.breaks
	if len(g.here) > 0 {
		breaks = func() { g.str(" ") }
	}
	g.str("(")
	for g.Intn(4) > 0 {
		breaks()
		g.str(g.pick("", "", "[1]=", "[a b]=", "[$i]+="))
		g.word(depth)
	}
	breaks()
	g.str(")")
}

func (g *generator) redirect(depth int) {
	if g.Intn(4) == 0 {
		g.hereDoc(depth)
		return
	}
	g.str(g.pick("", "", "2", "{fd}"), g.pick("<", ">", ">>", ">|", "<>", ">&", "<&", "<<<", ">"))
	g.optional()
	g.word(depth)
}

func (g *generator) hereDoc(depth int) {
	g.n++
	delim := "E" + strconv.Itoa(g.n)
	op, tabs := "<<", ""
	if g.Intn(3) == 0 {
		op, tabs = "<<-", g.pick("", "\t", "\t\t")
	}
	word := delim
	body := g.pick("", "x\n", "\t$y \\$z\n\n", "${a:-b} $((1 + 2)) $(c d)\n", "`a`\n", "'\"\n", "a \\\nb\n")
	if g.Intn(3) == 0 {
		word = g.pick("'"+delim+"'", "\\"+delim, "\"E\""+delim[1:])
		body += "$( ` ${\n"
	}
	g.str(op)
	g.optional()
	g.str(word)
	g.here = append(g.here, body+tabs+delim+"\n")
}

func (g *generator) word(depth int) {
	for {
		g.part(depth)
		if g.Intn(3) > 0 {
			return
		}
	}
}

func (g *generator) part(depth int) {
	switch g.Intn(12) {
	default:
		g.str(g.pick("a", "b-c", "1", "\\ ", "\\$", "*", "?x", "[a-z]", "{a,b}", "~", "a=b", "\\\"", "if", "-n", "é", "\xff", "%", "a#"))
	case 4:
		g.str(g.pick("'a'", "'a b'", "''", "'\n\t'", "$'a\\'b\\n'", "'$(`\"'", "$\"a\""))
	case 5:
		g.str("\"", g.pick("", "a", " a ", "\\\"", "\n\n", "#", "'"), g.param(depth, true), g.pick("", "b", "\t"), "\"")
	case 6:
		g.str(g.param(depth, false))
	case 7:
		if depth > 0 {
			g.subst(depth-1, g.pick("$(", "$( ", "<(", "\"$("))
		}
		g.str("x")
	case 8:
		g.str("$((", g.arith(), "))")
	case 9:
		g.str("`", g.pick("a", "a b", "a \\`b\\`", "a 'b'", "a; b", "a | b", "a \\\\\\$x", ""), "`")
	case 10:
		if depth > 0 {
			g.str("\"$((", g.arith(), "))\"")
		}
		g.str("y")
	}
}

func (g *generator) subst(depth int, opening string) {
	g.str(opening)
	outer := g.here
	g.here = nil
	g.substs++
	defer func() { g.substs-- }()
	g.breaks()
	g.andOr(depth)
	g.breaks()
	if g.here != nil {
		g.lineBreak()
	}
	g.here = outer
	g.str(")")
	if opening[0] == '"' {
		g.str("\"")
	}
}

func (g *generator) param(depth int, quoted bool) string {
	arg := g.pick("", "a", "$b", "\"c d\"", "\\}", "${e:-f}", "$(g h)")
	if !quoted {
		arg = g.pick(arg, "'}'", "a b")
	}
	switch g.Intn(8) {
	case 0:
		return g.pick("$a", "$1", "$@", "$#", "$$", "$?", "$-", "${#}", "${10}")
	case 1:
		return "${a" + g.pick(":-", "-", ":=", "+", ":+", "#", "##", "%", "%%", "^^", ",", "/x", "//x/", "/#x/") + arg + "}"
	case 2:
		return g.pick("${a[1]}", "${a[@]}", "${#a[@]}", "${!a[@]}", "${!a}", "${#a}", "${a[$i]}", "${a[\"x y\"]}", "${!a*}", "${a@Q}")
	case 3:
		return g.pick("${a:1}", "${a:1:2}", "${a: -1}", "${a:$i:${#b}}", "${@:2}", "${a:i+1}", "${a/b/c}", "${a//\\//_}")
	}
	return g.pick("$x", "${x}")
}

func (g *generator) arith() string {
	var b strings.Builder
	operand := func() string {
		return g.pick("1", "x", "$x", "${x}", "a[i]", "a[$i+1]", "0x1F", "16#ff", "$((2))", "( x+1 )", "-x", "- -x", "!y", "~ 1", "x++", "--x", "$(a)", "$1", "${#a[@]}")
	}
	b.WriteString(operand())
	for g.Intn(2) == 0 {
		gap := g.pick("", " ", "  ")
		if gap == "" {
			b.WriteString(" ") // keep ++ and -- apart
		}
		b.WriteString(gap)
		b.WriteString(g.pick("+", "-", "*", "/", "%", "<<", "<", "==", "&&", "|", "**", ",", "? 1 :", "^"))
		b.WriteString(g.pick(" ", "\t", " "))
		b.WriteString(operand())
	}
	return b.String()
}
