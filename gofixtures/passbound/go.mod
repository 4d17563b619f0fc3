module gopie.example/passbound

go 1.21
