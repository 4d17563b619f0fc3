package site

import (
	"fmt"
	"html/template"
	"text/template/parse"
)

// Templates can call themselves, and each other twice, and loop in loops.
// html/template bounds but the depth, at a hundred thousand. So each template
// and each round of a loop is made to call a function that counts, and fails
// beyond these limits. They do not depend on the clock: what builds, builds
// everywhere.
const (
	// maxSteps is how many steps the templates of a page may take: calls of
	// templates, rounds of loops, elements that functions look at.
	maxSteps = 2_000_000

	// maxCalls is how deep templates may call each other.
	maxCalls = 200

	// maxText is how long a text may be that a function makes, in bytes.
	maxText = 4 << 20
)

// limitError is a template that takes too much.
type limitError string

func (e limitError) Error() string { return string(e) }

// budget is what the templates of a page have used.
type budget struct {
	steps int
	depth int
}

// charge takes n steps.
func (b *budget) charge(n int) error {
	if b.steps += n; b.steps > maxSteps {
		return limitError(fmt.Sprintf("the templates take more than %d steps", maxSteps))
	}
	return nil
}

// checkText fails if s is too long, and charges for it.
func (b *budget) checkText(s string) (string, error) {
	if len(s) > maxText {
		return "", limitError(fmt.Sprintf("a text longer than %d bytes", maxText))
	}
	return s, b.charge(len(s) / 64)
}

// guardFuncs are what the nodes call that guard puts in.
func guardFuncs(b *budget) template.FuncMap {
	return template.FuncMap{
		"guardStep": func() (bool, error) { return true, b.charge(1) },
		"guardEnter": func() (bool, error) {
			if b.depth++; b.depth > maxCalls {
				return false, limitError(fmt.Sprintf("templates call each other more than %d deep", maxCalls))
			}
			return true, b.charge(1)
		},
		"guardLeave": func() bool { b.depth--; return true },
	}
}

// The nodes assign to a variable, since what an assignment yields is neither
// written nor escaped.
var (
	stepNode  = guardNode("guardStep")
	enterNode = guardNode("guardEnter")
	leaveNode = guardNode("guardLeave")
)

// guardFile is where errors of these nodes are, instead of in a template.
const guardFile = "(guard)"

func guardNode(name string) parse.Node {
	trees, err := parse.Parse(guardFile, "{{$_ := "+name+"}}", "", "", guardFuncs(nil))
	if err != nil {
		panic(err) // the text is a constant
	}
	return trees[guardFile].Root.Nodes[0]
}

// guard puts the calls into a template.
func guard(root *parse.ListNode) {
	guardLoops(root)
	root.Nodes = append([]parse.Node{enterNode.Copy()}, root.Nodes...)
	root.Nodes = append(root.Nodes, leaveNode.Copy())
}

func guardLoops(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.IfNode:
			guardLoops(node.List)
			guardLoops(node.ElseList)
		case *parse.WithNode:
			guardLoops(node.List)
			guardLoops(node.ElseList)
		case *parse.RangeNode:
			guardLoops(node.List)
			guardLoops(node.ElseList)
			node.List.Nodes = append([]parse.Node{stepNode.Copy()}, node.List.Nodes...)
		}
	}
}
