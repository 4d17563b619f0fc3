package gostyle

// content is the block that an @include passes to its mixin.
type content struct {
	body    []*node
	context context
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
