#!/bin/sh
# Stands in for a kpi that reads exports: it is started in the folder of a project, whose `script` says what it does.
exec sh ./script "$@"
