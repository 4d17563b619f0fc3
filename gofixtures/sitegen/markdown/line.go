package markdown

// line is a line without its ending, read from the left. Tabs are never
// replaced, but in indentation count as if they went to the next column that
// is a multiple of four (section 2.2, "Tabs"); a block structure may therefore
// consume a part of one.
type line struct {
	s       string
	pos     int // of the first byte that is not consumed
	col     int // the column of pos
	partial int // columns of a tab before pos that are not consumed

	nextPos int // of the first byte from pos on that is no space and no tab
	nextCol int // the column of nextPos
}

func newLine(s string) *line {
	l := &line{s: s}
	l.findNext()
	return l
}

func (l *line) findNext() {
	if l.nextPos > l.pos {
		return // still ahead; a long run of spaces is read but once
	}
	l.nextPos, l.nextCol = l.pos, l.col
	for l.nextPos < len(l.s) {
		switch l.s[l.nextPos] {
		case ' ':
			l.nextCol++
		case '\t':
			l.nextCol += 4 - l.nextCol%4
		default:
			return
		}
		l.nextPos++
	}
}

// indent is the width of the spaces and tabs that come next.
func (l *line) indent() int { return l.nextCol - l.col + l.partial }

// blank is whether nothing else is left.
func (l *line) blank() bool { return l.nextPos == len(l.s) }

// peek returns the first byte after the indentation, or 0.
func (l *line) peek() byte {
	if l.blank() {
		return 0
	}
	return l.s[l.nextPos]
}

// skipColumns consumes n columns of spaces and tabs, or as many as there are.
func (l *line) skipColumns(n int) {
	for n > 0 {
		switch {
		case l.partial > 0:
			take := l.partial
			if take > n {
				take = n
			}
			l.partial -= take
			n -= take
		case l.pos < len(l.s) && l.s[l.pos] == ' ':
			l.pos++
			l.col++
			n--
		case l.pos < len(l.s) && l.s[l.pos] == '\t':
			l.partial = 4 - l.col%4
			l.col += l.partial
			l.pos++
		default:
			n = 0
		}
	}
	l.findNext()
}

// skipIndent consumes all spaces and tabs that come next.
func (l *line) skipIndent() {
	l.pos, l.col, l.partial = l.nextPos, l.nextCol, 0
}

// skipBytes consumes n bytes that are no tabs.
func (l *line) skipBytes(n int) {
	l.pos += n
	l.col += n
	l.partial = 0
	l.findNext()
}

// skipOneSpace consumes the space or tab column that may follow a marker.
func (l *line) skipOneSpace() {
	if l.indent() > 0 {
		l.skipColumns(1)
	}
}

// appendRest appends what is left to dst.
func (l *line) appendRest(dst []byte) []byte {
	for i := 0; i < l.partial; i++ {
		dst = append(dst, ' ')
	}
	return append(dst, l.s[l.pos:]...)
}
