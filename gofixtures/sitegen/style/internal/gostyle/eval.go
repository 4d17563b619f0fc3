package gostyle

import "strings"

// scope is the variables and mixins of a block. Names of variables begin with
// $, those of mixins with @.
type scope struct {
	outer *scope
	names map[string]binding
}

type binding struct {
	value string
	mixin *node
	scope *scope // where the mixin was defined
}

func (c *Compiler) set(s *scope, name string, b binding) {
	c.spend(bindingCost)
	if s.names == nil {
		s.names = make(map[string]binding)
	}
	s.names[name] = b
}

func (s *scope) variable(name string) (value string, ok bool) {
	b, _ := s.find(name)
	if b == nil {
		return "", false
	}
	return b.value, true
}

// find returns the innermost binding and the scope that has it.
func (s *scope) find(name string) (*binding, *scope) {
	for ; s != nil; s = s.outer {
		if b, ok := s.names[name]; ok {
			return &b, s
		}
	}
	return nil, nil
}

// context is what statements are evaluated in.
type context struct {
	scope   *scope
	at      place
	inMixin bool
	content *content
}

// content is the block that an @include passes to its mixin.
type content struct {
	body    []*node
	context context
}

// run evaluates statements.
func (c *Compiler) run(body []*node, x *context, depth int) {
	for _, n := range body {
		c.current = n
		if depth > maxNesting {
			n.file.fail(n.pos, "nested too deeply")
		}
		c.spend(stepCost)
		c.statement(n, x, depth)
	}
}

func (c *Compiler) statement(n *node, x *context, depth int) {
	switch n.kind {
	case aComment:
		c.comment(n, x)
	case aDeclaration, aCustom:
		c.declare(n, x)
	case aVariable:
		c.assign(n, x)
	case aRule:
		inner := x.block()
		text := c.evaluate(n, n.head, x.scope, selector)
		inner.at.rule = &rule{c.selectors(n, text, x.at)}
		c.run(n.body, inner, depth+1)
	case anAtRule:
		c.atRule(n, x, depth)
	case aMixin:
		c.set(x.scope, n.name, binding{mixin: n, scope: x.scope})
	case anInclude:
		c.include(n, x, depth)
	case aContent:
		if !x.inMixin {
			n.file.fail(n.pos, "@content outside of a mixin")
		}
		if x.content != nil {
			inner := x.content.context.block()
			inner.at = x.at
			c.run(x.content.body, inner, depth+1)
		}
	case anImport:
		f := c.files[n.target]
		if f.active {
			n.file.fail(n.pos, "import cycle: "+clip(f.name)+" imports itself")
		}
		f.active = true
		c.run(f.body, x, depth+1)
		f.active = false
	}
}

// block is x with a scope of its own.
func (x *context) block() *context {
	inner := *x
	inner.scope = &scope{outer: x.scope}
	return &inner
}

// comment keeps a comment, a minified one only if it begins with /*!.
func (c *Compiler) comment(n *node, x *context) {
	text := n.file.text[n.head.start:n.head.end]
	if c.minify && !strings.HasPrefix(text, "/*!") {
		return
	}
	c.place(x.at)
	c.line(text)
}

func (c *Compiler) declare(n *node, x *context) {
	if x.at.rule == nil && !x.at.opaque {
		n.file.fail(n.pos, "declaration outside of a rule")
	}
	property := c.evaluate(n, n.head, x.scope, 0)
	if property == "" {
		n.file.fail(n.pos, "expected a property before :")
	}
	var value string
	if n.kind == aCustom {
		value = c.verbatim(n, n.value, x.scope)
		if c.minify && value == "" {
			value = " " // before CSS Custom Properties Level 1 of 2022 it could not be empty
		}
	} else {
		value = c.evaluate(n, n.value, x.scope, withVariables|arithmetic)
		if value == "" {
			n.file.fail(n.pos, "expected a value after :")
		}
		if c.minify {
			value = minifyValue(value, x.at.rule != nil && !x.at.opaque && zeroIsLength(property))
		}
	}
	c.place(x.at)
	c.declaration(property, value)
}

// zeroIsLength says whether 0 means to a property what 0px does. To flex it is
// a factor, to tab-size a number of spaces.
func zeroIsLength(property string) bool {
	p := lowered(property)
	return !strings.Contains(p, "flex") && !strings.Contains(p, "tab-size") && !strings.HasPrefix(p, "--")
}

// assign sets a variable: the one of the innermost block that has it, else a
// new one; a global one only with !global or outside of blocks (Sass
// documentation, "Variables", "Scope").
func (c *Compiler) assign(n *node, x *context) {
	found, where := x.scope.find(n.name)
	if n.isDefault && found != nil {
		return
	}
	value := c.evaluate(n, n.value, x.scope, withVariables|arithmetic)
	if value == "" {
		n.file.fail(n.pos, "expected a value after :")
	}
	if where == nil || where.outer == nil {
		where = x.scope
	}
	if n.isGlobal {
		for where = x.scope; where.outer != nil; where = where.outer {
		}
	}
	c.set(where, n.name, binding{value: value})
}

// wraps are the at-rules that hold style rules on a condition or in a layer:
// they go around the style rule that they are in. Others do too, but can have
// declarations without a rule as well.
var wraps = map[string]bool{
	"media": true, "supports": true, "container": true, "layer": true, "starting-style": true,
}

// alone are the at-rules that have nothing to do with a rule around them.
var alone = map[string]bool{
	"font-face": true, "keyframes": true, "-webkit-keyframes": true, "-moz-keyframes": true,
	"-o-keyframes": true, "page": true, "property": true, "counter-style": true,
}

func (c *Compiler) atRule(n *node, x *context, depth int) {
	name := lowered(n.name)
	m := mode(0)
	if name == "media" {
		m = withVariables | query
	}
	head := "@" + n.name
	if prelude := c.evaluate(n, n.head, x.scope, m); prelude != "" {
		head += " " + prelude
	}
	if !n.block {
		c.place(x.at)
		c.line(head + ";")
		return
	}
	inner := x.block()
	outer := x.at.wrapper
	inner.at.wrapper = &wrapper{outer: outer, depth: 1, head: head}
	if outer != nil {
		inner.at.wrapper.depth = outer.depth + 1
	}
	inner.at.rule = nil
	if x.at.rule != nil && !alone[name] {
		inner.at.rule = &rule{x.at.rule.selectors}
	}
	inner.at.opaque = x.at.opaque || !wraps[name]
	if !wraps[name] || name == "layer" { // means something even if empty
		c.place(place{wrapper: inner.at.wrapper})
	}
	c.run(n.body, inner, depth+1)
}

// include evaluates the body of a mixin here, in a scope within the one where
// the mixin was defined.
func (c *Compiler) include(n *node, x *context, depth int) {
	b, _ := x.scope.find(n.name)
	if b == nil {
		n.file.fail(n.pos, "undefined mixin "+clip(n.name[1:]))
	}
	inner := &context{scope: &scope{outer: b.scope}, at: x.at, inMixin: true}
	if n.block {
		inner.content = &content{n.body, *x}
	}
	c.arguments(n, b.mixin, x.scope, inner.scope)
	c.run(b.mixin.body, inner, depth+1)
}

// arguments binds the parameters of a mixin: to arguments in order, to those
// with a name, to defaults.
func (c *Compiler) arguments(n, mixin *node, from, to *scope) {
	c.spend(n.head.end - n.head.start)
	k := cursor{n.file, n.head.start, n.head.end}
	position := 0
	for {
		k.space()
		if k.pos == k.end {
			break
		}
		start := k.pos
		name := k.argumentName()
		if name == "" {
			if position == len(mixin.params) {
				k.f.fail(start, "too many arguments for the mixin "+clip(mixin.name[1:]))
			}
			name = mixin.params[position].name
			position++
		} else if !mixin.hasParam(name) {
			k.f.fail(start, "the mixin "+clip(mixin.name[1:])+" has no parameter "+clip(name))
		}
		if _, twice := to.names[name]; twice {
			k.f.fail(start, "the parameter "+clip(name)+" is given twice")
		}
		value := span{k.pos, 0}
		k.scan(",", false)
		value.end = k.pos
		c.set(to, name, binding{value: c.evaluate(n, value, from, withVariables|arithmetic)})
		if k.pos < k.end {
			k.pos++
		}
	}
	for _, p := range mixin.params {
		if _, given := to.names[p.name]; given {
			continue
		}
		if !p.hasDefault {
			n.file.fail(n.pos, "missing argument "+clip(p.name)+" of the mixin "+clip(mixin.name[1:]))
		}
		c.set(to, p.name, binding{value: c.evaluate(mixin, p.value, to, withVariables|arithmetic)})
	}
}

// argumentName reads "$name:", or nothing.
func (k *cursor) argumentName() string {
	start := k.pos
	if k.peek(0) == '$' {
		k.pos++
		name := k.name()
		k.space()
		if k.peek(0) == ':' && name != "" {
			k.pos++
			return "$" + canonical(name)
		}
	}
	k.pos = start
	return ""
}

func (n *node) hasParam(name string) bool {
	for _, p := range n.params {
		if p.name == name {
			return true
		}
	}
	return false
}
