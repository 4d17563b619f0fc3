module gopie.example/httpget

go 1.21
