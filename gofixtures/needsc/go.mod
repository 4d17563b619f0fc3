module gopie.example/needsc

go 1.21
