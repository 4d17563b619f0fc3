package gostyle

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
