module mapped

go 1.21
