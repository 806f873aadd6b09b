/**
 * The grammar of Python 3.14 with the rules for invalid syntax, in the order in which CPython's parser tries them: which
 * error a program gets depends on that order alone. It is read when the first syntax error is met (grammar-reader.ts)
 * and run by second-pass.ts; valid programs never come here.
 *
 * Notation: as in the language reference, with 'hard' and "soft" keywords, `!` and `&` look ahead, `~` commits, `&&`
 * insists. `a=` names a part. After an alternative, `#Kind` makes an expression node, `>a` gives the part named a, and
 * `@action` runs an action of actions.ts. Rules marked `*` keep their results whichever pass asked first.
 */
export const grammar = `
file: [statements] ENDMARKER
interactive: statement_newline
eval: expressions NEWLINE* ENDMARKER

statements: statement+
statement: compound_stmt | simple_stmts
statement_newline: compound_stmt NEWLINE | simple_stmts | NEWLINE
simple_stmts: simple_stmt !';' NEWLINE | ';'.simple_stmt+ [';'] NEWLINE
simple_stmt*: assignment | &"type" type_alias | star_expressions | &'return' return_stmt | &('import' | 'from') import_stmt | &'raise' raise_stmt | 'pass' | &'del' del_stmt | &'yield' yield_expr | &'assert' assert_stmt | 'break' | 'continue' | &'global' global_stmt | &'nonlocal' nonlocal_stmt
compound_stmt: &('def' | '@' | 'async') function_def | &'if' if_stmt | &('class' | '@') class_def | &('with' | 'async') with_stmt | &('for' | 'async') for_stmt | &'try' try_stmt | &'while' while_stmt | match_stmt

assignment: NAME ':' expression ['=' annotated_rhs] | ('(' single_target ')' | single_subscript_attribute_target) ':' expression ['=' annotated_rhs] | (star_targets '=')+ annotated_rhs !'=' | single_target augassign ~ annotated_rhs | invalid_assignment
annotated_rhs: yield_expr | star_expressions
augassign: '+=' | '-=' | '*=' | '@=' | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>=' | '**=' | '//='
return_stmt: 'return' [star_expressions]
raise_stmt: 'raise' expression 'from' expression | 'raise' expression | 'raise'
global_stmt: 'global' ','.NAME+
nonlocal_stmt: 'nonlocal' ','.NAME+
del_stmt: 'del' del_targets &(';' | NEWLINE) | invalid_del_stmt
assert_stmt: 'assert' expression [',' expression]
import_stmt*: invalid_import | import_name | import_from
import_name: 'import' dotted_as_names
import_from: 'from' d=('.' | '...')* m=dotted_name 'import' n=import_from_targets @futureImport | 'from' ('.' | '...')+ 'import' import_from_targets
import_from_targets: '(' a=import_from_as_names [','] ')' >a | import_from_as_names !',' | '*' | invalid_import_from_targets
import_from_as_names: ','.import_from_as_name+
import_from_as_name: invalid_import_from_as_name | NAME ['as' NAME]
dotted_as_names: ','.dotted_as_name+
dotted_as_name: invalid_dotted_as_name | dotted_name ['as' NAME]
dotted_name: dotted_name '.' NAME | NAME

block*: NEWLINE INDENT statements DEDENT | simple_stmts | invalid_block
decorators: ('@' named_expression NEWLINE)+
class_def: decorators class_def_raw | class_def_raw
class_def_raw: invalid_class_def_raw | 'class' NAME [type_params] ['(' [arguments] ')'] ':' block
function_def: decorators function_def_raw | function_def_raw
function_def_raw: invalid_def_raw | 'def' NAME [type_params] '(' [params] ')' ['->' expression] ':' block | 'async' 'def' NAME [type_params] '(' [params] ')' ['->' expression] ':' block

params: invalid_parameters | parameters
parameters: slash_no_default param_no_default* param_with_default* [star_etc] | slash_with_default param_with_default* [star_etc] | param_no_default+ param_with_default* [star_etc] | param_with_default+ [star_etc] | star_etc
slash_no_default: param_no_default+ '/' ',' | param_no_default+ '/' &')'
slash_with_default: param_no_default* param_with_default+ '/' ',' | param_no_default* param_with_default+ '/' &')'
star_etc: invalid_star_etc | '*' param_no_default param_maybe_default* [kwds] | '*' param_no_default_star_annotation param_maybe_default* [kwds] | '*' ',' param_maybe_default+ [kwds] | kwds
kwds: invalid_kwds | '**' param_no_default
param_no_default: a=param ',' >a | a=param &')' >a
param_no_default_star_annotation: param_star_annotation ',' | param_star_annotation &')'
param_with_default: param default ',' | param default &')'
param_maybe_default: param default? ',' | param default? &')'
param: NAME annotation?
param_star_annotation: NAME star_annotation
annotation: ':' expression
star_annotation: ':' star_expression
default: '=' expression | invalid_default

if_stmt: invalid_if_stmt | 'if' named_expression ':' block elif_stmt | 'if' named_expression ':' block [else_block]
elif_stmt: invalid_elif_stmt | 'elif' named_expression ':' block elif_stmt | 'elif' named_expression ':' block [else_block]
else_block: invalid_else_stmt | 'else' &&':' block
while_stmt: invalid_while_stmt | 'while' named_expression ':' block [else_block]
for_stmt: invalid_for_stmt | 'for' star_targets 'in' ~ star_expressions ':' block [else_block] | 'async' 'for' star_targets 'in' ~ star_expressions ':' block [else_block] | invalid_for_target
with_stmt: invalid_with_stmt_indent | 'with' '(' ','.with_item+ ','? ')' ':' block | 'with' ','.with_item+ ':' block | 'async' 'with' '(' ','.with_item+ ','? ')' ':' block | 'async' 'with' ','.with_item+ ':' block | invalid_with_stmt
with_item: expression 'as' star_target &(',' | ')' | ':') | invalid_with_item | expression
try_stmt: invalid_try_stmt | 'try' &&':' block finally_block | 'try' &&':' block except_block+ [else_block] [finally_block] | 'try' &&':' block except_star_block+ [else_block] [finally_block]
except_block: invalid_except_stmt_indent | 'except' expression ':' block | 'except' expression 'as' NAME ':' block | 'except' expressions ':' block | 'except' ':' block | invalid_except_stmt
except_star_block: invalid_except_star_stmt_indent | 'except' '*' expression ':' block | 'except' '*' expression 'as' NAME ':' block | 'except' '*' expressions ':' block | invalid_except_star_stmt
finally_block: invalid_finally_stmt | 'finally' &&':' block

match_stmt: "match" subject_expr ':' NEWLINE INDENT case_block+ DEDENT | invalid_match_stmt
subject_expr: star_named_expression ',' star_named_expressions? | named_expression
case_block: invalid_case_block | "case" patterns guard? ':' block
guard: 'if' named_expression
patterns: open_sequence_pattern | pattern
pattern: as_pattern | or_pattern
as_pattern: or_pattern 'as' pattern_capture_target | invalid_as_pattern
or_pattern: '|'.closed_pattern+
closed_pattern*: literal_pattern | capture_pattern | "_" | value_pattern | group_pattern | sequence_pattern | mapping_pattern | class_pattern
literal_pattern: signed_number !('+' | '-') | complex_number | strings | 'None' | 'True' | 'False'
literal_expr: signed_number !('+' | '-') | complex_number | &(STRING | FSTRING_START | TSTRING_START) strings | 'None' | 'True' | 'False'
complex_number: signed_real_number '+' imaginary_number | signed_real_number '-' imaginary_number
signed_number: number | '-' number
signed_real_number: real_number | '-' real_number
real_number: a=number @ensureReal
imaginary_number: a=number @ensureImaginary
capture_pattern: pattern_capture_target
pattern_capture_target: !"_" a=NAME !('.' | '(' | '=') >a
value_pattern: attr !('.' | '(' | '=')
attr: name_or_attr '.' NAME
name_or_attr: attr | NAME
group_pattern: '(' a=pattern ')' >a
sequence_pattern: '[' maybe_sequence_pattern? ']' | '(' open_sequence_pattern? ')'
open_sequence_pattern: maybe_star_pattern ',' maybe_sequence_pattern?
maybe_sequence_pattern: ','.maybe_star_pattern+ ','?
maybe_star_pattern: star_pattern | pattern
star_pattern*: '*' pattern_capture_target | '*' "_"
mapping_pattern: '{' '}' | '{' double_star_pattern ','? '}' | '{' items_pattern ',' double_star_pattern ','? '}' | '{' items_pattern ','? '}'
items_pattern: ','.key_value_pattern+
key_value_pattern: (literal_expr | attr) ':' pattern
double_star_pattern: '**' a=pattern_capture_target >a
class_pattern: name_or_attr '(' ')' | name_or_attr '(' positional_patterns ','? ')' | name_or_attr '(' keyword_patterns ','? ')' | name_or_attr '(' positional_patterns ',' keyword_patterns ','? ')' | invalid_class_pattern
positional_patterns: ','.pattern+
keyword_patterns: ','.keyword_pattern+
keyword_pattern: NAME '=' pattern

type_alias: "type" NAME [type_params] '=' expression
type_params: invalid_type_params | '[' type_param_seq ']'
type_param_seq: ','.type_param+ [',']
type_param*: NAME [type_param_bound] [type_param_default] | invalid_type_param | '*' NAME [type_param_starred_default] | '**' NAME [type_param_default]
type_param_bound: ':' expression
type_param_default: '=' expression
type_param_starred_default: '=' star_expression

expressions: expression (',' expression)+ [','] #Tuple | expression ',' #Tuple | expression
expression*: invalid_expression | invalid_legacy_expression | disjunction 'if' disjunction 'else' expression #IfExp | disjunction | lambdef
yield_expr: 'yield' 'from' expression #Yield | 'yield' [star_expressions] #Yield
star_expressions: star_expression (',' star_expression)+ [','] #Tuple | star_expression ',' #Tuple | star_expression
star_expression*: '*' bitwise_or #Starred | expression
star_named_expressions: ','.star_named_expression+ [',']
star_named_expression: '*' bitwise_or #Starred | named_expression
assignment_expression: NAME ':=' ~ expression #NamedExpr
named_expression: assignment_expression | invalid_named_expression | a=expression !':=' >a
disjunction*: conjunction ('or' conjunction)+ #BoolOp | conjunction
conjunction*: inversion ('and' inversion)+ #BoolOp | inversion
inversion*: 'not' inversion #UnaryOp | comparison
comparison: bitwise_or compare_op_bitwise_or_pair+ #Compare | bitwise_or
compare_op_bitwise_or_pair: '==' bitwise_or | noteq bitwise_or | '<=' bitwise_or | '<' bitwise_or | '>=' bitwise_or | '>' bitwise_or | 'not' 'in' bitwise_or | 'in' bitwise_or #In | 'is' 'not' bitwise_or | 'is' bitwise_or
noteq: a='!=' @notEqual | a='<>' @notEqual
bitwise_or: bitwise_or '|' bitwise_xor #BinOp | bitwise_xor
bitwise_xor: bitwise_xor '^' bitwise_and #BinOp | bitwise_and
bitwise_and: bitwise_and '&' shift_expr #BinOp | shift_expr
shift_expr: shift_expr '<<' sum #BinOp | shift_expr '>>' sum #BinOp | invalid_arithmetic | sum
sum: sum '+' term #BinOp | sum '-' term #BinOp | term
term: term '*' factor #BinOp | term '/' factor #BinOp | term '//' factor #BinOp | term '%' factor #BinOp | term '@' factor #BinOp | invalid_factor | factor
factor*: '+' factor #UnaryOp | '-' factor #UnaryOp | '~' factor #UnaryOp | power
power: await_primary '**' factor #BinOp | await_primary
await_primary*: 'await' primary #Await | primary
primary: primary '.' NAME #Attribute | primary genexp #Call | primary '(' [arguments] ')' #Call | primary '[' slices ']' #Subscript | atom
slices: a=slice !',' >a | ','.(slice | starred_expression)+ [','] #Tuple
slice: [expression] ':' [expression] [':' [expression]] #Slice | named_expression
atom: NAME #Name | 'True' #True | 'False' #False | 'None' #None | &(STRING | FSTRING_START | TSTRING_START) strings | number | &'(' (tuple | group | genexp) | &'[' (list | listcomp) | &'{' (dict | set | dictcomp | setcomp) | '...' #Ellipsis
number: a=NUMBER @number
group: '(' a=(yield_expr | named_expression) ')' >a | invalid_group

lambdef: 'lambda' [lambda_params] ':' expression #Lambda
lambda_params: invalid_lambda_parameters | lambda_parameters
lambda_parameters: lambda_slash_no_default lambda_param_no_default* lambda_param_with_default* [lambda_star_etc] | lambda_slash_with_default lambda_param_with_default* [lambda_star_etc] | lambda_param_no_default+ lambda_param_with_default* [lambda_star_etc] | lambda_param_with_default+ [lambda_star_etc] | lambda_star_etc
lambda_slash_no_default: lambda_param_no_default+ '/' ',' | lambda_param_no_default+ '/' &':'
lambda_slash_with_default: lambda_param_no_default* lambda_param_with_default+ '/' ',' | lambda_param_no_default* lambda_param_with_default+ '/' &':'
lambda_star_etc: invalid_lambda_star_etc | '*' lambda_param_no_default lambda_param_maybe_default* [lambda_kwds] | '*' ',' lambda_param_maybe_default+ [lambda_kwds] | lambda_kwds
lambda_kwds: invalid_lambda_kwds | '**' lambda_param_no_default
lambda_param_no_default: a=lambda_param ',' >a | a=lambda_param &':' >a
lambda_param_with_default: lambda_param default ',' | lambda_param default &':'
lambda_param_maybe_default: lambda_param default? ',' | lambda_param default? &':'
lambda_param: NAME

fstring_middle: fstring_replacement_field | FSTRING_MIDDLE
fstring_replacement_field: '{' annotated_rhs '='? [fstring_conversion] [fstring_full_format_spec] '}' #FormattedValue | invalid_fstring_replacement_field
fstring_conversion: a="!" b=NAME @conversion
fstring_full_format_spec: ':' fstring_format_spec*
fstring_format_spec: a=FSTRING_MIDDLE @specMiddle | fstring_replacement_field
fstring: FSTRING_START fstring_middle* FSTRING_END @formatted
tstring_replacement_field: '{' annotated_rhs '='? [fstring_conversion] [tstring_full_format_spec] '}' #FormattedValue | invalid_tstring_replacement_field
tstring_format_spec: a=TSTRING_MIDDLE @specMiddle | tstring_replacement_field
tstring_full_format_spec: ':' tstring_format_spec*
tstring_middle: tstring_replacement_field | TSTRING_MIDDLE
tstring*: TSTRING_START tstring_middle* TSTRING_END @template
string: a=STRING @string
strings*: invalid_string_tstring_concat | a=(fstring | string)+ @concatenate | a=tstring+ #TemplateStr

list: '[' [star_named_expressions] ']' #List
tuple: '(' [star_named_expression ',' [star_named_expressions]] ')' #Tuple
set: '{' star_named_expressions '}' #Set
dict: '{' [double_starred_kvpairs] '}' #Dict | '{' invalid_double_starred_kvpairs '}'
double_starred_kvpairs: ','.double_starred_kvpair+ [',']
double_starred_kvpair: '**' bitwise_or | kvpair
kvpair: expression ':' expression
for_if_clauses: for_if_clause+
for_if_clause: 'async' 'for' star_targets 'in' ~ b=disjunction c=('if' disjunction)* | 'for' star_targets 'in' ~ b=disjunction c=('if' disjunction)* | invalid_for_if_clause | invalid_for_target
listcomp: '[' named_expression for_if_clauses ']' #ListComp | invalid_comprehension
setcomp: '{' named_expression for_if_clauses '}' #SetComp | invalid_comprehension
genexp: '(' (assignment_expression | expression !':=') for_if_clauses ')' #GeneratorExp | invalid_comprehension
dictcomp: '{' kvpair for_if_clauses '}' #DictComp | invalid_dict_comprehension

arguments*: a=args [','] &')' >a | invalid_arguments
args: ','.(starred_expression | (assignment_expression | a=expression !':=' >a) !'=')+ [',' kwargs] #Args | kwargs #KeywordArgs
kwargs: ','.kwarg_or_starred+ ',' ','.kwarg_or_double_starred+ | ','.kwarg_or_starred+ | ','.kwarg_or_double_starred+
starred_expression: invalid_starred_expression_unpacking | '*' expression #Starred | invalid_starred_expression
kwarg_or_starred: invalid_kwarg | NAME '=' expression #Keyword | starred_expression
kwarg_or_double_starred: invalid_kwarg | NAME '=' expression #Keyword | '**' expression #KeywordUnpacking

star_targets: a=star_target !',' >a | star_target (',' star_target)* [','] #Tuple
star_targets_list_seq: ','.star_target+ [',']
star_targets_tuple_seq: star_target (',' star_target)+ [','] | star_target ','
star_target*: '*' (!'*' star_target) #Starred | target_with_star_atom
target_with_star_atom*: t_primary '.' NAME !t_lookahead #Attribute | t_primary '[' slices ']' !t_lookahead #Subscript | star_atom
star_atom: NAME #Name | '(' a=target_with_star_atom ')' >a | '(' [star_targets_tuple_seq] ')' #Tuple | '[' [star_targets_list_seq] ']' #List
single_target: single_subscript_attribute_target | NAME #Name | '(' a=single_target ')' >a
single_subscript_attribute_target: t_primary '.' NAME !t_lookahead #Attribute | t_primary '[' slices ']' !t_lookahead #Subscript
t_primary: t_primary '.' NAME &t_lookahead #Attribute | t_primary '[' slices ']' &t_lookahead #Subscript | t_primary genexp &t_lookahead #Call | t_primary '(' [arguments] ')' &t_lookahead #Call | a=atom &t_lookahead >a
t_lookahead: '(' | '[' | '.'
del_targets: ','.del_target+ [',']
del_target*: t_primary '.' NAME !t_lookahead #Attribute | t_primary '[' slices ']' !t_lookahead #Subscript | del_t_atom
del_t_atom: NAME #Name | '(' a=del_target ')' >a | '(' [del_targets] ')' #Tuple | '[' [del_targets] ']' #List

invalid_arguments: ((','.(starred_expression | (assignment_expression | expression !':=') !'=')+ ',' kwargs) | kwargs) a=',' ','.(starred_expression !'=')+ @iterableAfterKeywordUnpacking | a=expression b=for_if_clauses ',' [args | expression for_if_clauses] @generatorParentheses | a=NAME b='=' expression for_if_clauses @maybeEqual | (args ',')? a=NAME b='=' &(',' | ')') @argumentValue | a=args b=for_if_clauses @nonparenGenexp | args ',' a=expression b=for_if_clauses @generatorParentheses | a=args ',' args @argumentOrder
invalid_kwarg: a=('True' | 'False' | 'None') b='=' @assignToKeyword | a=NAME b='=' expression for_if_clauses @maybeEqual | !(NAME '=') a=expression b='=' @assignmentInCall | a='**' expression '=' b=expression @assignToUnpacking
expression_without_invalid: disjunction 'if' disjunction 'else' expression #IfExp | disjunction | lambdef
invalid_legacy_expression: a=NAME !'(' b=star_expressions @legacy
invalid_type_param: '*' NAME a=':' b=expression @typeVarTupleBound | '**' NAME a=':' b=expression @paramSpecBound
invalid_expression: STRING a=(!STRING expression_without_invalid)+ STRING @partOfString | !(NAME STRING | SOFT_KEYWORD) a=disjunction b=expression_without_invalid @missingComma | a=disjunction 'if' b=disjunction !('else' | ':') @missingElse | a=disjunction 'if' b=disjunction 'else' !expression @statementAfterElse | a=('pass' | 'break' | 'continue') 'if' b=disjunction 'else' c=simple_stmt @statementBeforeIf | a='lambda' [lambda_params] b=':' &FSTRING_MIDDLE @lambdaInFString | a='lambda' [lambda_params] b=':' &TSTRING_MIDDLE @lambdaInTString
invalid_named_expression*: a=expression ':=' expression @walrusTarget | a=NAME '=' b=bitwise_or !('=' | ':=') @maybeEqual | !(list | tuple | genexp | 'True' | 'None' | 'False') a=bitwise_or b='=' bitwise_or !('=' | ':=') @assignHere
invalid_assignment: a=invalid_ann_assign_target ':' expression @annotatedTarget | a=star_named_expression ',' star_named_expressions* ':' expression @annotatedTuple | a=expression ':' expression @illegalAnnotation | (star_targets '=')* a=star_expressions '=' @starTarget | (star_targets '=')* a=yield_expr '=' @assignToYield | a=star_expressions augassign annotated_rhs @illegalAugmented
invalid_ann_assign_target: list | tuple | '(' a=invalid_ann_assign_target ')' >a
invalid_del_stmt: 'del' a=star_expressions @delTarget
invalid_block: NEWLINE !INDENT @expectedBlock
invalid_comprehension: ('[' | '(' | '{') a=starred_expression for_if_clauses @unpackingInComprehension | ('[' | '{') a=star_named_expression ',' b=star_named_expressions for_if_clauses @comprehensionParentheses | ('[' | '{') a=star_named_expression b=',' for_if_clauses @comprehensionParenthesesComma
invalid_dict_comprehension: '{' a='**' bitwise_or for_if_clauses '}' @unpackingInDictComprehension
invalid_parameters: a="/" ',' @parameterBeforeSlash | (slash_no_default | slash_with_default) param_maybe_default* a='/' @slashOnce | slash_no_default? param_no_default* invalid_parameters_helper a=param_no_default @defaultOrder | param_no_default* a='(' param_no_default+ ','? b=')' @parenthesizedParameters | (slash_no_default | slash_with_default)? param_maybe_default* '*' (',' | param_no_default) param_maybe_default* a='/' @slashBeforeStar | param_maybe_default+ '/' a='*' @commaBetweenSlashAndStar
invalid_parameters_helper: slash_with_default | param_with_default+
invalid_default: a='=' &(')' | ',') @expectedDefault
invalid_star_etc: a='*' (')' | ',' (')' | '**')) @namedAfterStar | '*' param a='=' @varPositionalDefault | '*' (param_no_default | ',') param_maybe_default* a='*' (param_no_default | ',') @starOnce
invalid_kwds: '**' param a='=' @varKeywordDefault | '**' param ',' a=param @afterVarKeyword | '**' param ',' a=('*' | '**' | '/') @afterVarKeyword
invalid_lambda_parameters: a="/" ',' @parameterBeforeSlash | (lambda_slash_no_default | lambda_slash_with_default) lambda_param_maybe_default* a='/' @slashOnce | lambda_slash_no_default? lambda_param_no_default* invalid_lambda_parameters_helper a=lambda_param_no_default @defaultOrder | lambda_param_no_default* a='(' ','.lambda_param+ ','? b=')' @parenthesizedLambdaParameters | (lambda_slash_no_default | lambda_slash_with_default)? lambda_param_maybe_default* '*' (',' | lambda_param_no_default) lambda_param_maybe_default* a='/' @slashBeforeStar | lambda_param_maybe_default+ '/' a='*' @commaBetweenSlashAndStar
invalid_lambda_parameters_helper: lambda_slash_with_default | lambda_param_with_default+
invalid_lambda_star_etc: '*' (':' | ',' (':' | '**')) @namedAfterStarHere | '*' lambda_param a='=' @varPositionalDefault | '*' (lambda_param_no_default | ',') lambda_param_maybe_default* a='*' (lambda_param_no_default | ',') @starOnce
invalid_lambda_kwds: '**' lambda_param a='=' @varKeywordDefault | '**' lambda_param ',' a=lambda_param @afterVarKeyword | '**' lambda_param ',' a=('*' | '**' | '/') @afterVarKeyword
invalid_with_item: expression 'as' a=expression &(',' | ')' | ':') @starTarget
invalid_for_if_clause: 'async'? 'for' (bitwise_or (',' bitwise_or)* [',']) !'in' @expectedIn
invalid_for_target: 'async'? 'for' a=star_expressions @forTarget
invalid_group: '(' a=starred_expression ')' @starredInGroup | '(' a='**' expression ')' @doubleStarredInGroup
invalid_import: a='import' ','.dotted_name+ 'from' dotted_name @importFromOrder | 'import' a=NEWLINE @importNames
invalid_dotted_as_name: dotted_name 'as' !(NAME (',' | ')' | ';' | NEWLINE)) a=expression @importTarget
invalid_import_from_as_name: NAME 'as' !(NAME (',' | ')' | ';' | NEWLINE)) a=expression @importTarget
invalid_import_from_targets: import_from_as_names ',' NEWLINE @trailingComma | a=NEWLINE @importNames
invalid_with_stmt: ['async'] 'with' ','.(expression ['as' star_target])+ NEWLINE @expectedColon | ['async'] 'with' '(' ','.(expressions ['as' star_target])+ ','? ')' NEWLINE @expectedColon
invalid_with_stmt_indent: ['async'] a='with' ','.(expression ['as' star_target])+ ':' NEWLINE !INDENT @blockAfterStatement | ['async'] a='with' '(' ','.(expressions ['as' star_target])+ ','? ')' ':' NEWLINE !INDENT @blockAfterStatement
invalid_try_stmt: a='try' ':' NEWLINE !INDENT @blockAfterStatement | 'try' ':' block !('except' | 'finally') @expectedExcept | 'try' ':' block* except_block+ a='except' b='*' expression ['as' NAME] ':' @mixedExceptStar | 'try' ':' block* except_star_block+ a='except' [expression ['as' NAME]] ':' @mixedExcept
invalid_except_stmt: 'except' a=expression ',' expressions 'as' NAME ':' @multipleTypes | 'except' expression ['as' NAME] NEWLINE @expectedColon | 'except' NEWLINE @expectedColon | 'except' expression 'as' a=expression ':' block @exceptTarget
invalid_except_star_stmt: 'except' '*' a=expression ',' expressions 'as' NAME ':' @multipleTypes | 'except' '*' expression ['as' NAME] NEWLINE @expectedColon | 'except' '*' (NEWLINE | ':') @expectedTypes | 'except' '*' expression 'as' a=expression ':' block @exceptStarTarget
invalid_finally_stmt: a='finally' ':' NEWLINE !INDENT @blockAfterStatement
invalid_except_stmt_indent: a='except' expression ['as' NAME] ':' NEWLINE !INDENT @blockAfterStatement | a='except' ':' NEWLINE !INDENT @blockAfterStatement
invalid_except_star_stmt_indent: a='except' '*' expression ['as' NAME] ':' NEWLINE !INDENT @blockAfterExceptStar
invalid_match_stmt: "match" subject_expr NEWLINE @expectedColon | a="match" subject_expr ':' NEWLINE !INDENT @blockAfterStatement
invalid_case_block: "case" patterns guard? NEWLINE @expectedColon | a="case" patterns guard? ':' NEWLINE !INDENT @blockAfterStatement
invalid_as_pattern: or_pattern 'as' a="_" @underscoreTarget | or_pattern 'as' a=expression @patternTarget
invalid_class_pattern: name_or_attr '(' a=invalid_class_argument_pattern @patternOrder
invalid_class_argument_pattern: [positional_patterns ','] keyword_patterns ',' a=positional_patterns >a
invalid_if_stmt: 'if' named_expression NEWLINE @expectedColon | a='if' named_expression ':' NEWLINE !INDENT @blockAfterStatement
invalid_elif_stmt: 'elif' named_expression NEWLINE @expectedColon | a='elif' named_expression ':' NEWLINE !INDENT @blockAfterStatement
invalid_else_stmt: a='else' ':' NEWLINE !INDENT @blockAfterStatement | 'else' ':' block 'elif' @elifAfterElse
invalid_while_stmt: 'while' named_expression NEWLINE @expectedColon | a='while' named_expression ':' NEWLINE !INDENT @blockAfterStatement
invalid_for_stmt: ['async'] 'for' star_targets 'in' star_expressions NEWLINE @expectedColon | ['async'] a='for' star_targets 'in' star_expressions ':' NEWLINE !INDENT @blockAfterStatement
invalid_def_raw: ['async'] a='def' NAME [type_params] '(' [params] ')' ['->' expression] ':' NEWLINE !INDENT @blockAfterFunction | ['async'] 'def' NAME [type_params] &&'(' [params] ')' ['->' expression] &&':' block
invalid_class_def_raw: 'class' NAME [type_params] ['(' [arguments] ')'] NEWLINE @expectedColon | a='class' NAME [type_params] ['(' [arguments] ')'] ':' NEWLINE !INDENT @blockAfterClass
invalid_double_starred_kvpairs: ','.double_starred_kvpair+ ',' invalid_kvpair | expression ':' a='*' bitwise_or @starredValue | expression a=':' &('}' | ',') @expectedValue
invalid_kvpair: a=expression !':' @colonAfterKey | expression ':' a='*' bitwise_or @starredValue | expression a=':' &('}' | ',') @expectedValue
invalid_starred_expression_unpacking: a='*' expression '=' b=expression @assignToIterableUnpacking
invalid_starred_expression: '*' @invalidStar
invalid_fstring_replacement_field: '{' a='=' @fieldBefore | '{' a='!' @fieldBefore | '{' a=':' @fieldBefore | '{' a='}' @fieldBefore | '{' !annotated_rhs @fieldExpression | '{' annotated_rhs !('=' | '!' | ':' | '}') @fieldAfterExpression | '{' annotated_rhs '=' !('!' | ':' | '}') @fieldAfterEqual | '{' annotated_rhs '='? invalid_conversion_character | '{' annotated_rhs '='? ['!' NAME] !(':' | '}') @fieldAfterConversion | '{' annotated_rhs '='? ['!' NAME] ':' fstring_format_spec* !'}' @fieldSpec | '{' annotated_rhs '='? ['!' NAME] !'}' @fieldEnd
invalid_conversion_character: '!' &(':' | '}') @missingConversion | '!' !NAME @invalidConversion
invalid_tstring_replacement_field: '{' a='=' @fieldBeforeT | '{' a='!' @fieldBeforeT | '{' a=':' @fieldBeforeT | '{' a='}' @fieldBeforeT | '{' !annotated_rhs @fieldExpressionT | '{' annotated_rhs !('=' | '!' | ':' | '}') @fieldAfterExpressionT | '{' annotated_rhs '=' !('!' | ':' | '}') @fieldAfterEqualT | '{' annotated_rhs '='? invalid_conversion_character_t | '{' annotated_rhs '='? ['!' NAME] !(':' | '}') @fieldAfterConversionT | '{' annotated_rhs '='? ['!' NAME] ':' fstring_format_spec* !'}' @fieldSpecT | '{' annotated_rhs '='? ['!' NAME] !'}' @fieldEndT
invalid_conversion_character_t: '!' &(':' | '}') @missingConversionT | '!' !NAME @invalidConversionT
invalid_string_tstring_concat: a=(fstring | string)+ b=tstring @mixedTemplate | a=tstring+ b=(fstring | string) @mixedTemplate
invalid_arithmetic: sum ('+' | '-' | '*' | '/' | '%' | '//' | '@') a='not' b=inversion @parenthesizeNot
invalid_factor: ('+' | '-' | '~') a='not' b=factor @parenthesizeNot
invalid_type_params: '[' a=']' @emptyTypeParameters
`;
