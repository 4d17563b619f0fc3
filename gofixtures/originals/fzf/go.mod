module gopie.example/originals/fzf

go 1.27

tool github.com/junegunn/fzf

require (
	github.com/charlievieth/fastwalk v1.0.14 // indirect
	github.com/junegunn/fzf v0.74.0 // indirect
	github.com/junegunn/go-shellwords v0.0.0-20250127100254-2aa3b3277741 // indirect
	github.com/mattn/go-isatty v0.0.22 // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	golang.org/x/sys v0.35.0 // indirect
	golang.org/x/term v0.34.0 // indirect
)
