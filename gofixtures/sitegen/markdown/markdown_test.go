package markdown

import (
	"strings"
	"testing"
)

func TestRender(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"empty", "", ""},
		{"line endings", "a\r\nb\rc", "<p>a\nb\nc</p>\n"},
		{"NUL and invalid UTF-8", "a\x00b\xffc", "<p>a\uFFFDb\uFFFDc</p>\n"},
		{"tab after a quote marker", ">\tcode\n>\t\tcode", "<blockquote>\n<p>code\ncode</p>\n</blockquote>\n"},
		{"tab in a list", "-\ta\n\n\tb", "<ul>\n<li>\n<p>a</p>\n<p>b</p>\n</li>\n</ul>\n"},
		{"ATX headings", "# a #\n####### b\n#\n## c#", "<h1>a</h1>\n<p>####### b</p>\n<h1></h1>\n<h2>c#</h2>\n"},
		{"setext over lines", "a\nb\n===\nc\n---", "<h1>a\nb</h1>\n<h2>c</h2>\n"},
		{"setext of a definition", "[a]: /b\n===\n[a]", "<p>===\n<a href=\"/b\">a</a></p>\n"},
		{"thematic breaks", "* * *\n_____\n--", "<hr />\n<hr />\n<p>--</p>\n"},
		{"lazy continuation", "> a\nb\n- c\nd", "<blockquote>\n<p>a\nb</p>\n</blockquote>\n<ul>\n<li>c\nd</li>\n</ul>\n"},
		{"tight and loose", "- a\n- b\n\n1. c\n\n2. d", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol>\n<li>\n<p>c</p>\n</li>\n<li>\n<p>d</p>\n</li>\n</ol>\n"},
		{"nested lists", "- a\n  - b\n    1) c\n- d", "<ul>\n<li>a\n<ul>\n<li>b\n<ol>\n<li>c</li>\n</ol>\n</li>\n</ul>\n</li>\n<li>d</li>\n</ul>\n"},
		{"markers part lists", "- a\n+ b\n1. c\n1) d", "<ul>\n<li>a</li>\n</ul>\n<ul>\n<li>b</li>\n</ul>\n<ol>\n<li>c</li>\n</ol>\n<ol>\n<li>d</li>\n</ol>\n"},
		{"no list in a paragraph", "a\n2. b\n-\nc", "<h2>a\n2. b</h2>\n<p>c</p>\n"},
		{"start of a list", "007. a", "<ol start=\"7\">\n<li>a</li>\n</ol>\n"},
		{"empty item", "-\n  a\n-\n\n  b", "<ul>\n<li>a</li>\n<li></li>\n</ul>\n<p>b</p>\n"},
		{"indented code", "    a\n\n      b\n\nc", "<pre><code>a\n\n  b\n</code></pre>\n<p>c</p>\n"},
		{"fenced code", "~~~ go x\n<a>\n~~~~\n  ```\n   b\n  ```", "<pre><code class=\"language-go\">&lt;a&gt;\n</code></pre>\n<pre><code> b\n</code></pre>\n"},
		{"fence without end", "> ```\n> a\nb", "<blockquote>\n<pre><code>a\n</code></pre>\n</blockquote>\n<p>b</p>\n"},
		{"HTML blocks", "<div>\n*a*\n\n*b*\n</div>\n\n<!-- c\n\nd -->\ne", "<div>\n*a*\n<p><em>b</em></p>\n</div>\n<!-- c\n\nd -->\n<p>e</p>\n"},
		{"end tag in a script", "<script>\n\n</styleX</script>\na", "<script>\n\n</styleX</script>\n<p>a</p>\n"},
		{"emphasis", "*a **b** c* __d__ e_f_g ***h***", "<p><em>a <strong>b</strong> c</em> <strong>d</strong> e_f_g <em><strong>h</strong></em></p>\n"},
		{"rule of three", "*a**b*c**", "<p><em>a**b</em>c**</p>\n"},
		{"unmatched delimiters", "**a* *b*", "<p>*<em>a</em> <em>b</em></p>\n"},
		{"strikethrough", "~a~ ~~b~~ ~~~c~~~ ~d~~", "<p><del>a</del> <del>b</del> ~~~c~~~ ~d~~</p>\n"},
		{"code spans", "`` a`b `` ` ` `c`` d", "<p><code>a`b</code> <code> </code> `c`` d</p>\n"},
		{"links", "[a](/b \"c\") [d](<e f>) [g]() [h](i(j)k)", "<p><a href=\"/b\" title=\"c\">a</a> <a href=\"e%20f\">d</a> <a href=\"\">g</a> <a href=\"i(j)k\">h</a></p>\n"},
		{"references", "[a][B c] [b  C][] [b c]\n\n[b\nc]: /d 'e'", "<p><a href=\"/d\" title=\"e\">a</a> <a href=\"/d\" title=\"e\">b  C</a> <a href=\"/d\" title=\"e\">b c</a></p>\n"},
		{"first definition counts", "[a]\n\n[a]: /1\n[a]: /2", "<p><a href=\"/1\">a</a></p>\n"},
		{"sharp s", "[ẞ]\n\n[SS]: /x", "<p><a href=\"/x\">ẞ</a></p>\n"},
		{"no link in a link", "[a [b](/c) d](/e)", "<p>[a <a href=\"/c\">b</a> d](/e)</p>\n"},
		{"image", "![*a* [b](/c)](/d \"e\")", "<p><img src=\"/d\" alt=\"a b\" title=\"e\" /></p>\n"},
		{"image in a link", "[![a](/b)](/c)", "<p><a href=\"/c\"><img src=\"/b\" alt=\"a\" /></a></p>\n"},
		{"autolinks", "<https://a.example/?b=c&d> <e@f.example> <g>", "<p><a href=\"https://a.example/?b=c&amp;d\">https://a.example/?b=c&amp;d</a> <a href=\"mailto:e@f.example\">e@f.example</a> <g></p>\n"},
		{"raw HTML", "a <b c=\"d\"> <!-- e --> <f/> <1>", "<p>a <b c=\"d\"> <!-- e --> <f/> &lt;1&gt;</p>\n"},
		{"entities", "&amp; &copy; &#35; &#x22; &#0; &x; &copy &notit; &semi;", "<p>&amp; © # &quot; \uFFFD &amp;x; &amp;copy &amp;notit; ;</p>\n"},
		{"escapes", `\* \a \\`, `<p>* \a \</p>` + "\n"},
		{"breaks", "a  \nb\\\nc \nd", "<p>a<br />\nb<br />\nc\nd</p>\n"},
		{"table", "a | b\n:-: | ---\n`c\\|d` | e | f\ng", "<table>\n<thead>\n<tr>\n<th align=\"center\">a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n" +
			"<tr>\n<td align=\"center\"><code>c|d</code></td>\n<td>e</td>\n</tr>\n<tr>\n<td align=\"center\">g</td>\n<td></td>\n</tr>\n</tbody>\n</table>\n"},
		{"table after text", "x\n|a|\n|-|", "<p>x</p>\n<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n</table>\n"},
		{"end of a table", "|a|\n|-|\n> b", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n</table>\n<blockquote>\n<p>b</p>\n</blockquote>\n"},
		{"no table", "a | b\n--- | --- | ---\n\n|a\n:-", "<p>a | b\n--- | --- | ---</p>\n<table>\n<thead>\n<tr>\n<th align=\"left\">a</th>\n</tr>\n</thead>\n</table>\n"},
		{"footnote", "a[^b] [^c]\n\n[^B]: d\n\n    e", "<p>a<sup class=\"footnote-ref\"><a href=\"#fn-1\" id=\"fnref-1\">1</a></sup> [^c]</p>\n" +
			"<section class=\"footnotes\">\n<ol>\n<li id=\"fn-1\">\n<p>d</p>\n<p>e <a href=\"#fnref-1\" class=\"footnote-backref\">↩</a></p>\n</li>\n</ol>\n</section>\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Render(test.source, Options{}).HTML; got != test.want {
				t.Errorf("%q\ngives %q\nwant  %q", test.source, got, test.want)
			}
		})
	}
}

func TestHeadings(t *testing.T) {
	source := "# A *b* [c](d)\n## A b c\n> ### Ünï `cöde`!\n\n# ?\n# A b c 1\n# A b c\n# [x](y) ![z](w \"v\")\n"
	want := []Heading{
		{1, "a-b-c", "A <em>b</em> c"},
		{2, "a-b-c-1", "A b c"},
		{3, "ünï-cöde", "Ünï <code>cöde</code>!"},
		{1, "section", "?"},
		{1, "a-b-c-1-1", "A b c 1"},
		{1, "a-b-c-2", "A b c"},
		{1, "x-z", `x <img src="w" alt="z" title="v" />`},
	}
	got := Render(source, Options{HeadingIDs: true})
	for i, h := range got.Headings {
		if i >= len(want) || h != want[i] {
			t.Errorf("heading %d: %+v", i, h)
		}
		if !strings.Contains(got.HTML, `id="`+h.ID+`"`) {
			t.Errorf("no id %q", h.ID)
		}
	}
	if len(got.Headings) != len(want) {
		t.Errorf("%d headings, want %d", len(got.Headings), len(want))
	}
}

func TestLinkOption(t *testing.T) {
	opts := Options{Link: func(s string) string { return "/x/" + s }}
	got := Render("[a](b) ![c](d) <http://e.example>", opts).HTML
	want := "<p><a href=\"/x/b\">a</a> <img src=\"/x/d\" alt=\"c\" /> <a href=\"/x/http://e.example\">http://e.example</a></p>\n"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// What is longer than a limit is text, and the rest goes on.
func TestLimits(t *testing.T) {
	quotes := Render(strings.Repeat("> ", 200)+"a", Options{}).HTML
	if n := strings.Count(quotes, "<blockquote>"); n != maxNesting {
		t.Errorf("%d quotes, want %d", n, maxNesting)
	}
	if !strings.Contains(quotes, "<p>"+strings.Repeat("&gt; ", 200-maxNesting)+"a</p>") {
		t.Error("the markers beyond are not text")
	}
	lists := Render(strings.Repeat("- ", 200)+"a", Options{}).HTML
	if n := strings.Count(lists, "<ul>"); n == 0 || n > maxNesting/2 {
		t.Errorf("%d lists", n)
	}
	label := strings.Repeat("a", maxLabel)
	if got := Render("["+label+"]\n\n["+label+"]: /b", Options{}).HTML; !strings.Contains(got, "<a ") {
		t.Error("no label of the greatest length")
	}
	if got := Render("[a"+label+"]\n\n[a"+label+"]: /b", Options{}).HTML; strings.Contains(got, "<a ") {
		t.Error("a label beyond the greatest length")
	}
	long := strings.Repeat("b", minExpansion/10)
	if got := Render("[a]: "+long+"\n\n"+strings.Repeat("[a] ", 100), Options{}).HTML; strings.Count(got, "<a ") != 10 {
		t.Errorf("%d expansions, want 10", strings.Count(got, "<a "))
	}
	rows := strings.Repeat("a|", 1000) + "\n" + strings.Repeat("-|", 1000) + "\n" + strings.Repeat("b\n", 200)
	if n := strings.Count(Render(rows, Options{}).HTML, "<td>"); n != maxPadding+200 {
		t.Errorf("%d cells, want %d", n, maxPadding+200)
	}
}

func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"# a\n\n> - b\n>   1. c\n\n| d |\n|---|\n| e |\n", "*a **b `c` [d](e \"f\") ![g][h] <i> &amp;*\n\n[h]: /j 'k'\n",
		"[^a]\n\n[^a]: b\n    c\n", "```x\n\t~\n```\n    d\n<div>\n\n~~e~~ _f_\\\ng", "- a\n\n  b\n-\n+ c\n***\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		result := Render(source, Options{HeadingIDs: true})
		if strings.ContainsRune(result.HTML, 0) || strings.ToValidUTF8(result.HTML, "") != result.HTML {
			t.Errorf("NUL, or not UTF-8: %q", result.HTML)
		}
		if again := Render(source, Options{HeadingIDs: true}); again.HTML != result.HTML {
			t.Errorf("%q, and then %q", result.HTML, again.HTML)
		}
		if limit := 100*len(source) + 20*maxPadding + max(minExpansion, len(source)); len(result.HTML) > limit {
			t.Errorf("%d bytes make %d", len(source), len(result.HTML))
		}
		ids := make(map[string]bool)
		for _, h := range result.Headings {
			if ids[h.ID] {
				t.Errorf("id %q twice", h.ID)
			}
			ids[h.ID] = true
		}
		if !strings.Contains(source, "<") {
			checkNesting(t, result.HTML)
		}
	})
}
