" Two spaces deeper inside brackets; a row of a grid stands under the one above it.
if exists("b:did_indent")
  finish
endif
let b:did_indent = 1

setlocal nolisp nosmartindent autoindent
setlocal indentexpr=KpiIndent(v:lnum)
setlocal indentkeys=0{,0},0),0],0\|,!^F,o,O

if exists("*KpiIndent")
  finish
endif

function! KpiIndent(lnum) abort
  let l:before = prevnonblank(a:lnum - 1)
  if l:before == 0
    return 0
  endif
  let l:above = substitute(getline(l:before), '"[^"]*"\|//.*$', '', 'g')
  let l:line = getline(a:lnum)
  let l:indent = indent(l:before)
  if l:line =~# '^\s*|' && l:above =~# '|\s*$'
    return match(l:above, '|') >= 0 ? strdisplaywidth(strpart(getline(l:before), 0, match(getline(l:before), '|'))) : l:indent
  endif
  " A grid ends: back to where its header stands.
  let l:row = l:before
  while l:row > 1 && getline(l:row) =~# '^\s*|'
    let l:row -= 1
  endwhile
  if l:row != l:before && getline(l:row) =~# '|\s*$'
    let l:indent = indent(l:row)
  endif
  if l:above =~# '[{(\[｛（［]\s*$'
    let l:indent += shiftwidth()
  endif
  if l:line =~# '^\s*[})\]｝）］]'
    let l:indent -= shiftwidth()
  endif
  return max([l:indent, 0])
endfunction
