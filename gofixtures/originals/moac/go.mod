module gopie.example/originals/moac

go 1.27

tool git.sr.ht/~seirdy/moac/v2/cmd/moac

require (
	git.sr.ht/~seirdy/moac/v2 v2.0.2 // indirect
	git.sr.ht/~sircmpwn/getopt v1.0.0 // indirect
	github.com/rivo/uniseg v0.2.0 // indirect
	golang.org/x/sys v0.0.0-20211029165221-6e7872819dc8 // indirect
	golang.org/x/term v0.0.0-20210927222741-03fcf44c2211 // indirect
)
