;;; kpi-mode.el --- KPI policies  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages

;;; Commentary:

;; Highlights policies in both spellings of the language, indents them, and runs, tests and explains them with the program
;; `kpi'.  With Eglot (a part of Emacs 29) `M-x eglot' starts its language server.
;;
;;   (add-to-list 'load-path "…/editors/emacs")
;;   (require 'kpi-mode)
;;   (add-hook 'kpi-mode-hook #'eglot-ensure)

;;; Code:

(require 'kpi-words)
(require 'compile)

(defgroup kpi nil
  "KPI policies."
  :group 'languages)

(defcustom kpi-program "kpi"
  "The program that checks, runs and explains policies."
  :type 'string)

(defcustom kpi-language nil
  "The language of messages; nil for that of the system."
  :type '(choice (const :tag "Of the system" nil) (const "en") (const "zh")))

(defcustom kpi-indent 2
  "How many spaces a block is indented."
  :type 'natnum
  :safe #'natnump)

(defvar kpi-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?` "$" table)
    (modify-syntax-entry ?_ "_" table)
    (dolist (sign '(?+ ?- ?* ?= ?< ?> ?% ?$ ?| ?× ?÷ ?≥ ?≤ ?≠))
      (modify-syntax-entry sign "." table))
    (modify-syntax-entry ?\（ "(）" table)
    (modify-syntax-entry ?\） ")（" table)
    (modify-syntax-entry ?｛ "(｝" table)
    (modify-syntax-entry ?｝ ")｛" table)
    table)
  "The signs of the language.")

(defconst kpi--name "\\(?:\\(?:\\w\\|\\s_\\)+\\|`[^`\n]+`\\)")

(defun kpi--any (words)
  "A pattern for one of WORDS, which is no part of a longer name."
  ;; A Chinese word ends where Emacs' syntax says that letters end, so that symbols are what counts.
  (concat "\\_<" (regexp-opt words t) "\\_>"))

(defconst kpi-font-lock-keywords
  `((,(concat "^" (kpi--any kpi-words-declarations) "[ \t]*\\(" kpi--name "\\)?")
     (1 font-lock-keyword-face)
     (2 font-lock-function-name-face nil t))
    ;; A member: its word, unless that is the name of a column or the key of a row.
    (,(concat "\\(?:^[ \t]+\\|[{,][ \t]*\\)" (kpi--any kpi-words-members) "[ \t]*\\([:：]\\)?")
     (1 (if (match-beginning 2) font-lock-variable-name-face font-lock-keyword-face)))
    (,(concat "[:：][ \t]*" (kpi--any kpi-words-types)) 1 font-lock-type-face)
    (,(concat "->[ \t]*\\(" kpi--name "\\)") 1 font-lock-type-face)
    (,(concat (kpi--any kpi-words-functions) "[ \t]*[(（]") 1 font-lock-builtin-face)
    (,(concat "\\." (kpi--any kpi-words-attributes)) 1 font-lock-builtin-face)
    (,(concat "[^.]" (kpi--any kpi-words-reserved)) 1 font-lock-keyword-face)
    (,(concat "[ \t(（]" (kpi--any kpi-words-keywords) "\\(?:[ \t]*\\([.:：(（]\\)\\)?")
     (1 (if (match-beginning 2) 'default font-lock-keyword-face)))
    (,(concat "[ \t]" (kpi--any kpi-words-values) "[ \t]*\\(?:[,}]\\|$\\)") 1 font-lock-constant-face)
    ("\\_<[0-9]\\{4\\}-\\(?:Q[1-4]\\|W[0-9][0-9]\\|[0-9][0-9]\\(?:-[0-9][0-9]\\)?\\)\\_>" . font-lock-constant-face)
    ("[¥￥]?\\_<[0-9]+\\(?:\\.[0-9]+\\)?\\(?:k\\|万\\|亿\\)?\\(?:%\\|\\(?:pp\\|s\\|min\\|h\\|d\\|秒\\|分钟\\|小时\\|天\\|元\\)\\_>\\)?"
     . font-lock-constant-face)
    ("`[^`\n]+`" . font-lock-variable-name-face)
    ("“[^”\n]*”" 0 font-lock-string-face t))
  "What is highlighted in `kpi-mode'.")

(defun kpi--font-lock-syntactic-face (state)
  "The face of the text or comment of STATE."
  (cond ((nth 3 state) font-lock-string-face)
        ((save-excursion (goto-char (nth 8 state)) (looking-at "///\\(?:[^/]\\|$\\)")) font-lock-doc-face)
        (t font-lock-comment-face)))

(defun kpi--grid-column ()
  "Where the bar of the row of a grid above this line stands, if there is one."
  (save-excursion
    (forward-line 0)
    (skip-chars-backward " \t\n")
    (forward-line 0)
    (when (looking-at "[ \t]*\\(?:\\w\\|\\s_\\|`[^`\n]*`\\)*[ \t]*|.*|[ \t]*$")
      (skip-chars-forward "^|\n")
      (current-column))))

(defun kpi-indent-line ()
  "Indent a line: deeper inside brackets, and rows of a grid under one another."
  (interactive)
  (let* ((start (save-excursion (back-to-indentation) (syntax-ppss (point))))
         (depth (nth 0 start))
         (column
          (save-excursion
            (back-to-indentation)
            (cond ((nth 3 start) nil)
                  ((and (looking-at "|") (kpi--grid-column)))
                  ((looking-at "\\s)") (* kpi-indent (max 0 (1- depth))))
                  (t (* kpi-indent depth))))))
    (when column
      (if (<= (current-column) (current-indentation))
          (indent-line-to column)
        (save-excursion (indent-line-to column))))))

;;; Commands

(defun kpi-root ()
  "The folder upwards that holds kpi.toml, else that of the file."
  (or (locate-dominating-file default-directory "kpi.toml") default-directory))

(defun kpi--call (&rest arguments)
  "Call the program with ARGUMENTS in the project, and show what it says."
  (save-some-buffers (not compilation-ask-about-save) (lambda () (derived-mode-p 'kpi-mode)))
  (let ((default-directory (kpi-root))
        (words (append (list kpi-program) arguments (and kpi-language (list "--lang" kpi-language)))))
    (compilation-start (mapconcat #'shell-quote-argument words " ") nil (lambda (_) "*kpi*"))))

(defvar kpi--period-history nil)

(defun kpi--read-period ()
  "Ask for the period to judge."
  (read-string "Period (such as 2026-10): " (car kpi--period-history) 'kpi--period-history))

(defun kpi-run (period)
  "Compute scores, grades, pay and rules of PERIOD."
  (interactive (list (kpi--read-period)))
  (kpi--call "run" "--period" period))

(defun kpi-test (filter)
  "Run the tests of the policy whose name contains FILTER."
  (interactive (list (if current-prefix-arg (read-string "Tests whose name contains: ") "")))
  (if (string-empty-p filter) (kpi--call "test") (kpi--call "test" "." filter)))

(defun kpi-why (subject what period)
  "Explain WHAT of SUBJECT in PERIOD; an empty WHAT means all cards."
  (interactive
   (list (read-string "Whose (a key of the roster): ")
         (read-string "What (empty for all cards): " (thing-at-point 'symbol t))
         (kpi--read-period)))
  (apply #'kpi--call "why" (append (list subject) (unless (string-empty-p what) (list what)) (list "--period" period))))

(defvar kpi-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-r") #'kpi-run)
    (define-key map (kbd "C-c C-t") #'kpi-test)
    (define-key map (kbd "C-c C-w") #'kpi-why)
    map))

(defconst kpi--imenu
  (mapcar (lambda (words)
            (list (car words) (concat "^" (kpi--any words) "[ \t]+\\(" kpi--name "\\|\"[^\"\n]*\"\\)") 2))
          '(("indicator" "指标") ("scorecard" "考核表") ("incentive" "激励") ("rule" "规则") ("roster" "名册") ("source" "数据源")
            ("test" "测试"))))

;;;###autoload
(define-derived-mode kpi-mode prog-mode "KPI"
  "Edit KPI policies."
  (setq-local comment-start "// ")
  (setq-local comment-start-skip "//+[ \t]*")
  (setq-local font-lock-defaults
              '(kpi-font-lock-keywords nil nil nil (font-lock-syntactic-face-function . kpi--font-lock-syntactic-face)))
  (setq-local indent-line-function #'kpi-indent-line)
  (setq-local indent-tabs-mode nil)
  (setq-local imenu-generic-expression kpi--imenu))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.kpi\\'" . kpi-mode))

(defvar eglot-server-programs)

(defun kpi--server (&rest _)
  "How to start the language server."
  (append (list kpi-program "lsp") (and kpi-language (list "--lang" kpi-language))))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(kpi-mode . kpi--server)))

(declare-function project-root "project")

(defun kpi--project (folder)
  "The project of FOLDER: the folder upwards that holds kpi.toml."
  (let ((root (locate-dominating-file folder "kpi.toml")))
    (and root (cons 'kpi root))))

(with-eval-after-load 'project
  (cl-defmethod project-root ((project (head kpi)))
    (cdr project)))

(defun kpi--use-project ()
  "Let the project of this buffer be the folder with kpi.toml."
  (add-hook 'project-find-functions #'kpi--project -10 t))

(add-hook 'kpi-mode-hook #'kpi--use-project)

(provide 'kpi-mode)
;;; kpi-mode.el ends here
