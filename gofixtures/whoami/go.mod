module gopie.example/whoami

go 1.21
