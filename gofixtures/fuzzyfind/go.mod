module gopie.example/fuzzyfind

go 1.21
