module gopie.example/httpserve

go 1.21
