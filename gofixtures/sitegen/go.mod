module gopie.example/sitegen

go 1.21
