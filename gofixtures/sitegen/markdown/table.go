package markdown

import (
	"bytes"
	"strings"
)

// table is a table of GFM (its section 4.10). The first row is the header.
type table struct {
	align []string // of each column: "", "left", "right" or "center"
	rows  [][]string
}

// makeTable makes a table of the last line of a paragraph, the header, if s is
// a delimiter row that fits it.
func (p *parser) makeTable(b *block, s string) bool {
	if strings.Trim(s, "|:- \t") != "" {
		return false
	}
	text := bytes.TrimSuffix(b.text, []byte("\n"))
	start := bytes.LastIndexByte(text, '\n') + 1
	header := string(text[start:])
	if !strings.Contains(s, "|") && !strings.Contains(header, "|") {
		return false
	}
	align, ok := parseDelimiterRow(s)
	if !ok {
		return false
	}
	cells := splitRow(header)
	if len(cells) != len(align) {
		return false
	}
	if start == 0 {
		b.kind, b.text = tableBlock, nil
	} else {
		b.text = text[:start]
		b.lastLine--
		p.closeTo(len(p.open) - 1)
		b = p.push(tableBlock)
		b.firstLine--
	}
	b.lastLine = p.lineNumber
	b.table = &table{align: align, rows: [][]string{cells}}
	return true
}

func parseDelimiterRow(s string) (align []string, ok bool) {
	for _, cell := range splitRow(s) {
		dashes := strings.TrimSuffix(strings.TrimPrefix(cell, ":"), ":")
		if dashes == "" || strings.Trim(dashes, "-") != "" {
			return nil, false
		}
		left, right := cell[0] == ':', cell[len(cell)-1] == ':'
		switch {
		case left && right:
			align = append(align, "center")
		case left:
			align = append(align, "left")
		case right:
			align = append(align, "right")
		default:
			align = append(align, "")
		}
	}
	return align, true
}

// splitRow splits a row at the pipes that are not escaped. It takes the
// escapes away, in code too.
func splitRow(s string) []string {
	s = strings.Trim(s, " \t")
	s = strings.TrimPrefix(s, "|")
	var cells []string
	start, escaped := 0, false
	cell := func(end int) {
		text := strings.Trim(s[start:end], " \t")
		if escaped {
			text = strings.ReplaceAll(text, `\|`, "|")
		}
		cells = append(cells, text)
		start, escaped = end+1, false
	}
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && s[i+1] == '|':
			escaped = true
			i++
		case s[i] == '|':
			cell(i)
		}
	}
	if strings.Trim(s[min(start, len(s)):], " \t") != "" || len(cells) == 0 {
		cell(len(s))
	}
	return cells
}

// addRow adds a row of the body. Cells beyond the header's are dropped.
func (t *table) addRow(s string) {
	cells := splitRow(s)
	if len(cells) > len(t.align) {
		cells = cells[:len(t.align)]
	}
	t.rows = append(t.rows, cells)
}
