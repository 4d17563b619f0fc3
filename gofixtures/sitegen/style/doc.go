// Package style compiles style sheets, in a subset of SCSS, to CSS.
//
// It does so with a C library of its own where there is cgo, and in Go where
// there is not. Both give the same bytes and the same errors; Implementation
// says which one is in the program. The C library reads no files: what style
// sheets import is found in Go, for both.
//
// # Language
//
// The features below are those of Sass (Sass documentation,
// https://sass-lang.com/documentation/), with the differences named. All else
// is taken for CSS and passes through, with white space and comments made
// regular.
//
// Variables: "$name: value;" and "$name" in values, in arguments, in @media and
// in interpolations. Hyphen and underscore are the same in names. A block is a
// scope: an assignment sets the variable of the innermost block that has it,
// else makes a new one; it sets a global one outside of blocks or with !global.
// With !default it does nothing if the variable can be seen already.
//
// Nesting: rules in rules, their selectors combined; & stands for the selector
// around, also in &:hover, &-suffix, .a & and :not(&). If a selector has several
// &, all stand for the same one of a list. The CSS keeps the order of the
// source: declarations after a nested rule come after it. There are no nested
// properties.
//
// Imports: @import "name", "other"; finds name, name.scss or _name.scss in the
// folder of the importing file, and evaluates it there, each time. More than
// one of them is an error, and so is leaving the root. url(), names that end in
// .css or have //, and those with conditions stay @import, where they are.
//
// Mixins: "@mixin name($a, $b: default) {...}", "@include name(1, $b: 2);" and
// with a block for @content. There are no rest parameters.
//
// At-rules: @media, @supports, @container, @layer and @starting-style within a
// rule go around it; nested ones stay nested, as CSS allows. @font-face,
// @keyframes, @page, @property and @counter-style have nothing to do with a rule
// around them. Others go around it too, and may hold declarations by themselves.
// Sass's @if, @for, @function, @extend, @use and the like are errors.
//
// Interpolation: #{value} in selectors, properties, values, strings, url() and
// the words after an at-rule; in custom properties it is all that is evaluated.
// A quoted string loses its quotes.
//
// Comments: // is dropped, /* */ kept between statements and dropped within
// them. Minified, only /*! */ is kept.
//
// # Numbers
//
// A value is text, and a number if the whole of it reads as one. Numbers count
// in 1/100000, rounded half away from zero, up to 1000000000 either way; beyond
// is an error. What is not calculated with stays as it is written.
//
// "+", "-", "*" and "%" calculate, with the usual precedence and parentheses;
// "/" does only in parentheses and in #{}, for elsewhere CSS has it mean other
// things. "+" and "-" are signs if white space is before and not after them, and
// "%" is an operator only within white space. For "+", "-" and "%" the units
// must be the same, or missing from one side; "*" takes one unit, "/" the same
// twice or none below. The sign of "%" is that of its right side.
//
// Anything else with an operator is an error, but not among the arguments of
// functions: there what cannot be calculated stays as it is written. In calc(),
// min(), max(), clamp(), var() and the other functions in which CSS calculates,
// only variables and interpolations are replaced.
//
// In @media, variables and operators are evaluated after the colon, or the sign
// of comparison, in parentheses.
//
// # Colors
//
// lighten(color, amount), darken(color, amount) and mix(color, color, weight)
// calculate exactly, with colors such as #369 or #336699 or of the 17 names of
// CSS 2.1. rgba(color, opacity) becomes the rgba() of CSS.
//
// # Minified
//
// White space goes where it means nothing, and so does the last semicolon of a
// block; 0.50 becomes .5, #aabbcc #abc, and a length of zero 0 unless it is in a
// function, in a property where 0 is something else (flex, tab-size), or in an
// at-rule such as @keyframes.
//
// # Limits
//
// Text must be UTF-8 without NUL. Blocks, brackets, calls and imports may be
// nested 100 deep. There may be 1000 files of 4 MiB in all, and the output may
// be 16 MiB. All that is read and built on the way to it may be 64 MiB, where a
// statement counts as 32 bytes each time it is evaluated: so style sheets that
// multiply without end come to one. Each limit is an error at a place.
package style
