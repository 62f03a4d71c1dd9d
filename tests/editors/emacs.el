;;; emacs.el --- Emacs opens a policy: see tests/editors/run  -*- lexical-binding: t; -*-

;; Eglot 1.9 of Debian 12 stands in folders of packages, which `-Q' does not look at.
(dolist (folder (append (file-expand-wildcards "/usr/share/emacs/site-lisp/elpa-src/*")
                        (file-expand-wildcards "/usr/share/emacs/site-lisp/elpa/*")))
  (add-to-list 'load-path folder))
(add-to-list 'load-path (expand-file-name "emacs" (getenv "KPI_EDITORS")))

(require 'cl-lib)
(require 'project)
(require 'eglot)
(require 'flymake)
(require 'xref)
(let ((byte-compile-dest-file-function (lambda (_) (expand-file-name "kpi-mode.elc" (getenv "HOME"))))
      (byte-compile-error-on-warn t))
  (unless (byte-compile-file (expand-file-name "emacs/kpi-mode.el" (getenv "KPI_EDITORS")))
    (kill-emacs 1)))
(require 'kpi-mode)

(defvar failed nil)

(defun check (what holds got)
  "Say what GOT where WHAT does not HOLD."
  (unless holds
    (setq failed t)
    (message "  %s: %S" what got)))

(defun wait (what condition)
  "Wait until CONDITION holds."
  (let ((end (+ (float-time) 30)) (holds nil))
    (while (and (not (setq holds (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    (check what holds "waited for 30 s")))

(defun face-of (text)
  "The face of the first TEXT of the buffer."
  (save-excursion
    (goto-char (point-min))
    (search-forward text)
    (get-text-property (match-beginning 0) 'face)))

(defun main ()
  (setq eglot-confirm-server-initiated-edits nil eglot-autoshutdown nil eglot-sync-connect 30 eglot-events-buffer-size 0)
  (find-file "policy/cards.kpi")
  (check "file type" (eq major-mode 'kpi-mode) major-mode)
  (font-lock-ensure)
  (check "a declaration is highlighted" (eq (face-of "scorecard") 'font-lock-keyword-face) (face-of "scorecard"))
  (check "a name is highlighted" (eq (face-of "main") 'font-lock-function-name-face) (face-of "main"))
  (check "a word is highlighted" (eq (face-of "weight") 'font-lock-keyword-face) (face-of "weight"))
  (check "a number is highlighted" (eq (face-of "40%") 'font-lock-constant-face) (face-of "40%"))

  (let ((before (buffer-string)))
    (indent-region (point-min) (point-max))
    (check "indentation" (equal before (buffer-string)) (buffer-string)))

  (apply #'eglot (eglot--guess-contact))
  (wait "the server attaches" #'eglot-current-server)
  (flymake-mode 1)
  ;; feature: findings
  (wait "a finding is shown" (lambda () (flymake-start) (flymake-diagnostics)))
  (let ((finding (car (flymake-diagnostics))))
    (when finding
      (check "its message" (string-match-p "missing_one" (flymake-diagnostic-text finding)) (flymake-diagnostic-text finding))
      (check "its line" (= 3 (line-number-at-pos (flymake-diagnostic-beg finding))) (flymake-diagnostic-beg finding))))

  (goto-char (point-min))
  (search-forward "成交额")
  (goto-char (match-beginning 0))

  ;; feature: hover
  (let ((said nil))
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq said text)))
    (wait "a hover" (lambda () (and said (string-match-p "the sum of" said))))
    ;; Without markdown-mode Eglot shows plain text.
    (check "it is plain" (not (string-match-p "\\*\\*\\|`" (or said ""))) said))

  ;; feature: completion
  (save-excursion
    (search-forward "成交额")
    (delete-char -1)
    (let* ((found (eglot-completion-at-point))
           (choices (and found (all-completions "成交" (nth 2 found)))))
      (check "completion" (seq-some (lambda (choice) (string-prefix-p "成交额" choice)) choices) choices))
    (insert "额"))
  ;; It would be told a moment later; what looks for names does not wait for that.
  (eglot--signal-textDocument/didChange)
  (search-backward "{")
  (search-forward "成交额")
  (goto-char (match-beginning 0))

  ;; feature: references
  (let ((found (xref-backend-references 'eglot (xref-backend-identifier-at-point 'eglot))))
    (check "references" (= 2 (length found)) found))

  ;; feature: symbols
  (let ((found (eglot-imenu)))
    (check "the outline" (string-match-p "main" (format "%S" found)) found))

  ;; feature: definition
  (let* ((found (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot)))
         (place (and found (xref-item-location (car found)))))
    (check "the definition" (and place (= 11 (xref-location-line place))) found)
    (when place
      (check "its file" (string-suffix-p "data.kpi" (xref-location-group place)) (xref-location-group place))))

  ;; feature: rename, texts
  (find-file-noselect "data.kpi") ; else Eglot would ask
  (eglot-rename "销售🎯额")
  (check "a renaming changes this file" (string-match-p "^  `销售🎯额` weight" (buffer-string)) (buffer-string))
  (with-current-buffer (find-file-noselect "data.kpi")
    (check "and the other one" (string-match-p "^指标 `销售🎯额` \"🎯\" {" (buffer-string)) (buffer-string)))
  (dolist (buffer (buffer-list))
    (with-current-buffer buffer
      (when (eq major-mode 'kpi-mode) (eglot--signal-textDocument/didChange))))
  (eglot-rename "成交额")
  (check "and back" (string-match-p "^  成交额 weight" (buffer-string)) (buffer-string))

  ;; feature: format
  (eglot-format-buffer)
  (check "formatting" (string-match-p "^  成交额      weight 60%$" (buffer-string)) (buffer-string))

  (save-some-buffers t)
  (kpi-test "")
  (wait "a command shows what kpi says"
        (lambda () (let ((said (get-buffer "*kpi*")))
                     (and said (with-current-buffer said (string-match-p "missing_one\\|kpi" (buffer-string))))))))

(condition-case why
    (main)
  (error (check "the test itself" nil why)))
(message (if failed "failed" "ok"))
(kill-emacs (if failed 1 0))
