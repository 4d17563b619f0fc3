package site

import "bytes"

// keepsSpace are the elements in which white space counts, or that hold no
// HTML.
var keepsSpace = []string{"pre", "textarea", "script", "style"}

// minifyHTML takes comments out of a document, and makes runs of white space a
// single space or line ending, but where white space counts. It does not look
// into tags.
func minifyHTML(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		n := 1
		switch {
		case bytes.HasPrefix(data, []byte("<!--")) && !bytes.HasPrefix(data, []byte("<!--[if")):
			if n = 3 + bytes.Index(data, []byte("-->")); n == 2 {
				n = len(data)
			}
			data = data[n:]
			continue
		case data[0] == '<':
			n = len(data) - len(afterTag(data))
			for _, name := range keepsSpace {
				if isTag(data, name) {
					n = endOfElement(data, name)
				}
			}
		case isHTMLSpace(data[0]):
			space := data[0]
			for n = 0; n < len(data) && isHTMLSpace(data[n]); n++ {
				if data[n] == '\n' {
					space = '\n'
				}
			}
			data = data[n:]
			if space != '\n' {
				space = ' '
			}
			if len(out) == 0 || !isHTMLSpace(out[len(out)-1]) {
				out = append(out, space)
			}
			continue
		default:
			if n = bytes.IndexAny(data, "< \t\r\n\f"); n < 0 {
				n = len(data)
			}
		}
		out = append(out, data[:n]...)
		data = data[n:]
	}
	return out
}

func isHTMLSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'
}

// isTag is whether data begins with a start tag of this name.
func isTag(data []byte, name string) bool {
	end := 1 + len(name)
	return len(data) > end && bytes.EqualFold(data[1:end], []byte(name)) && (data[end] == '>' || isHTMLSpace(data[end]))
}

// afterTag returns what follows the tag that data begins with. Quoted values
// may hold ">".
func afterTag(data []byte) []byte {
	var quote byte
	for i, c := range data {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && data[i-1] == '=':
			quote = c
		case c == '>':
			return data[i+1:]
		}
	}
	return nil
}

// endOfElement returns where the end tag of this name begins.
func endOfElement(data []byte, name string) int {
	return indexFold(string(data), "</"+name)
}
