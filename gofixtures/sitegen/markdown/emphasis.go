package markdown

import "unicode"

// delimiter is a delimiter run that may begin or end emphasis. The stack of
// the specification is a doubly linked list, in a slice.
type delimiter struct {
	token    int32 // index of its token
	length   int32 // in the source
	previous int32 // index of the delimiter below; -1 for none
	next     int32 // of the one above; -1 for none
	char     byte
	canOpen  bool
	canClose bool
}

// delimiterRun is section 6.2, and for "~" section 6.5 of GFM: one or two
// tildes, and as many at the end as at the beginning.
func (in *inliner) delimiterRun() {
	c, length := in.s[in.pos], runLength(in.s, in.pos)
	before, after := around(in.s, in.pos, in.pos+length)
	spaceBefore, spaceAfter := unicode.IsSpace(before), unicode.IsSpace(after)
	punctuationBefore, punctuationAfter := isUnicodePunctuation(before), isUnicodePunctuation(after)
	left := !spaceAfter && (!punctuationAfter || spaceBefore || punctuationBefore)
	right := !spaceBefore && (!punctuationBefore || spaceAfter || punctuationAfter)
	canOpen, canClose := left, right
	switch c {
	case '_':
		canOpen = left && (!right || punctuationBefore)
		canClose = right && (!left || punctuationAfter)
	case '~':
		if length > 2 {
			canOpen, canClose = false, false
		}
	}
	if !canOpen && !canClose {
		in.skip(length)
		return
	}
	in.add(token{kind: runToken, text: in.s[in.pos : in.pos+length]})
	in.pos += length
	in.pushDelimiter(delimiter{token: int32(len(in.tokens) - 1), char: c, length: int32(length), canOpen: canOpen, canClose: canClose})
}

func (in *inliner) pushDelimiter(d delimiter) {
	d.previous, d.next = in.last, -1
	in.delimiters = append(in.delimiters, d)
	if in.last >= 0 {
		in.delimiters[in.last].next = int32(len(in.delimiters) - 1)
	}
	in.last = int32(len(in.delimiters) - 1)
}

// unlink takes delimiter i off the stack.
func (in *inliner) unlink(i int32) {
	d := in.delimiters[i]
	if d.previous >= 0 {
		in.delimiters[d.previous].next = d.next
	}
	if d.next >= 0 {
		in.delimiters[d.next].previous = d.previous
	} else {
		in.last = d.previous
	}
}

// class numbers closers; those of one class match the same openers: the rule of
// three depends on the length modulo 3, and tildes are no more than two.
func (d delimiter) class() int32 {
	n := d.length % 3
	switch d.char {
	case '_':
		n += 3
	case '~':
		n += 6
	}
	if d.canOpen {
		n += classes / 2
	}
	return n
}

const classes = 18

// matchDelimiters finds the emphasis among the delimiters above bottom and
// takes them off the stack ("process emphasis").
func (in *inliner) matchDelimiters(bottom int32) {
	// No opener for a closer of the class is at this index or below.
	var floors [classes]int32
	for i := range floors {
		floors[i] = bottom
	}

	first := int32(-1)
	if bottom >= 0 {
		first = in.delimiters[bottom].next
	} else {
		for i := in.last; i >= 0; i = in.delimiters[i].previous {
			first = i
		}
	}
	for i := first; i >= 0; {
		closer := in.delimiters[i]
		if !closer.canClose {
			i = closer.next
			continue
		}
		floor := floors[closer.class()]
		opener := closer.previous
		for opener > floor && !in.matches(in.delimiters[opener], closer) {
			opener = in.delimiters[opener].previous
		}
		if opener > floor {
			i = in.emphasize(opener, i)
			continue
		}
		floors[closer.class()] = max(bottom, closer.previous)
		if !closer.canOpen {
			in.unlink(i)
		}
		i = closer.next
	}
	for in.last > bottom {
		in.unlink(in.last)
	}
}

// matches is whether emphasis can begin at the one and end at the other (rules
// 9 and 10 of section 6.2).
func (in *inliner) matches(opener, closer delimiter) bool {
	if !opener.canOpen || opener.char != closer.char {
		return false
	}
	if opener.char == '~' {
		return opener.length == closer.length
	}
	both := opener.canClose || closer.canOpen
	return !both || (opener.length+closer.length)%3 != 0 || opener.length%3 == 0 && closer.length%3 == 0
}

// emphasize puts emphasis between two delimiters, drops those between, and
// returns the next closer to look at.
func (in *inliner) emphasize(opener, closer int32) int32 {
	for i := in.delimiters[closer].previous; i != opener; i = in.delimiters[i].previous {
		in.unlink(i)
	}
	begin, end := &in.tokens[in.delimiters[opener].token], &in.tokens[in.delimiters[closer].token]
	m, used := emphasisMark, 1
	switch {
	case in.delimiters[closer].char == '~':
		m, used = strikeMark, len(end.text)
	case len(begin.text) >= 2 && len(end.text) >= 2:
		m, used = strongMark, 2
	}
	begin.begins = in.addMark(m, begin.begins)
	begin.text = begin.text[used:]
	end.ends = in.addMark(m, end.ends)
	end.text = end.text[used:]
	if begin.text == "" {
		in.unlink(opener)
	}
	if end.text != "" {
		return closer
	}
	in.unlink(closer)
	return in.delimiters[closer].next
}

func (in *inliner) addMark(m mark, before int32) int32 {
	in.marks = append(in.marks, markNode{m, before})
	return int32(len(in.marks) - 1)
}
