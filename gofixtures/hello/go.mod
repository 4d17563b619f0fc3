module gopie.example/hello

go 1.21
