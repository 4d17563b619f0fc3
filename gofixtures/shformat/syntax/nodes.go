package syntax

// nodes allocates the most frequent nodes in chunks, which takes most of the
// work off the garbage collector: a script has a word for every few bytes.
type nodes struct {
	words   chunk[Word]
	lits    chunk[Lit]
	params  chunk[Param]
	doubles chunk[Double]
	simples chunk[Simple]
	stmts   chunk[Stmt]
	partsOf chunk[Part]
	wordsOf chunk[*Word]
	stmtsOf chunk[*Stmt]
}

// chunk hands out elements of slices that it makes ever larger, up to a bound.
type chunk[T any] struct {
	free []T
	size int
}

const maxChunk = 512

func (c *chunk[T]) take(n int) []T {
	if n > len(c.free) {
		if c.size < maxChunk {
			c.size = 2*c.size + 8
		}
		if n > c.size {
			return make([]T, n)
		}
		c.free = make([]T, c.size)
	}
	s := c.free[:n:n]
	c.free = c.free[n:]
	return s
}

func (c *chunk[T]) one() *T { return &c.take(1)[0] }

// copyOf gives a copy of s, nil when it is empty.
func (c *chunk[T]) copyOf(s []T) []T {
	if len(s) == 0 {
		return nil
	}
	t := c.take(len(s))
	copy(t, s)
	return t
}

func (n *nodes) word() *Word     { return n.words.one() }
func (n *nodes) param() *Param   { return n.params.one() }
func (n *nodes) double() *Double { return n.doubles.one() }
func (n *nodes) simple() *Simple { return n.simples.one() }
func (n *nodes) stmt() *Stmt     { return n.stmts.one() }

func (n *nodes) lit(s Span, value string) *Lit {
	l := n.lits.one()
	l.Span, l.Value = s, value
	return l
}

func (n *nodes) partSlice(s []Part) []Part   { return n.partsOf.copyOf(s) }
func (n *nodes) wordSlice(s []*Word) []*Word { return n.wordsOf.copyOf(s) }
func (n *nodes) stmtSlice(s []*Stmt) []*Stmt { return n.stmtsOf.copyOf(s) }
