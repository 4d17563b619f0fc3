package site

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"

	"gopie.example/sitegen/frontmatter"
)

// Problem is something wrong with the source of a site.
type Problem struct {
	File    string // slash path below the source folder
	Line    int    // 0 if it is none in particular
	Column  int    // likewise
	Message string

	warning bool
	page    string // on which it was met, if that says more than File
	count   int    // of further pages with the same problem
}

func (p Problem) String() string {
	where := p.File
	if p.Line > 0 {
		where += ":" + strconv.Itoa(p.Line)
	}
	if p.Column > 0 {
		where += ":" + strconv.Itoa(p.Column)
	}
	text := where + ": " + p.Message
	switch {
	case p.page == "":
		return text
	case p.count == 0:
		return text + " (in " + p.page + ")"
	}
	return text + fmt.Sprintf(" (in %s and %d more)", p.page, p.count)
}

// Problems are all that is wrong, by file, line and message.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// maxProblems is how many problems are listed at most.
const maxProblems = 1000

// problems collects what is wrong; several goroutines may add.
type problems struct {
	mu   sync.Mutex
	list []Problem
	stop bool
}

func (p *problems) add(problem Problem) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, problem)
}

// addFatal adds what leaves the rest of the build without sense.
func (p *problems) addFatal(problem Problem) {
	p.add(problem)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stop = true
}

func (p *problems) fatal() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stop
}

func (p *problems) errors() Problems   { return p.sorted(false) }
func (p *problems) warnings() Problems { return p.sorted(true) }

// sorted returns the warnings or the errors in order.
func (p *problems) sorted(warning bool) Problems {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list Problems
	for _, problem := range p.list {
		if problem.warning == warning {
			list = append(list, problem)
		}
	}
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		if a.Column != b.Column {
			return a.Column < b.Column
		}
		if a.Message != b.Message {
			return a.Message < b.Message
		}
		return a.page < b.page
	})
	list = merge(list)
	if len(list) > maxProblems {
		rest := len(list) - maxProblems
		list = append(list[:maxProblems:maxProblems], Problem{File: "site", Message: fmt.Sprintf("%d more", rest)})
	}
	return list
}

// merge makes one problem of those that differ only in the page.
func merge(list Problems) Problems {
	var merged Problems
	for _, p := range list {
		if n := len(merged); n > 0 {
			last := &merged[n-1]
			if p.File == last.File && p.Line == last.Line && p.Column == last.Column && p.Message == last.Message {
				if p.page != last.page {
					last.count++
				}
				continue
			}
		}
		merged = append(merged, p)
	}
	return merged
}

// frontProblem is an error of package frontmatter in a file.
func frontProblem(file string, err error) Problem {
	var front *frontmatter.Error
	if errors.As(err, &front) {
		return Problem{File: file, Line: front.Line, Message: front.Message}
	}
	return Problem{File: file, Message: err.Error()}
}

// pathMessage is what err says, without the path that Problem.File has.
func pathMessage(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// located is how errors of html/template begin, and those of package style.
var located = regexp.MustCompile(`^(?:html/)?(?:template: ?)?([^:]+):(\d+)(?::(\d+))?: (?s:(.*))$`)

// locate parts an error that says where it is; folder is of the files.
func locate(folder string, err error) (Problem, bool) {
	m := located.FindStringSubmatch(err.Error())
	if m == nil {
		return Problem{}, false
	}
	line, _ := strconv.Atoi(m[2])
	column, _ := strconv.Atoi(m[3])
	return Problem{File: folder + "/" + m[1], Line: line, Column: column, Message: m[4]}, true
}

// styleProblem is an error of CompileStyle, which says where it is.
func styleProblem(entry string, err error) Problem {
	if p, ok := locate("styles", err); ok {
		return p
	}
	return Problem{File: "styles/" + entry, Message: err.Error()}
}
