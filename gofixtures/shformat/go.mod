module gopie.example/shformat

go 1.21
